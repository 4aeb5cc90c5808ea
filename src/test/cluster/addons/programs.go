//go:build tools

// Package addons names what is put on the node, so that go.mod and go.sum pin it and all it is made of.
package addons

import (
	_ "github.com/coredns/coredns"
	_ "github.com/letsencrypt/pebble/v2/cmd/pebble"
	_ "github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv"
)
