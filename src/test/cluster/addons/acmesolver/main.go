// Answers an authority's question for one token of one host: cert-manager's own solver, with its flags.
package main

import (
	"flag"
	"log"

	"github.com/cert-manager/cert-manager/pkg/issuer/acme/http/solver"
	"github.com/go-logr/logr"
)

func main() {
	answer := &solver.HTTP01Solver{}
	flag.IntVar(&answer.ListenPort, "listen-port", 8089, "")
	flag.StringVar(&answer.Domain, "domain", "", "")
	flag.StringVar(&answer.Token, "token", "", "")
	flag.StringVar(&answer.Key, "key", "", "")
	flag.Parse()
	log.Fatal(answer.Listen(logr.Discard()))
}
