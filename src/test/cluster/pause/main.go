// Pause holds the namespaces of a pod and reaps what its containers leave behind.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ending := make(chan os.Signal, 1)
	signal.Notify(ending, syscall.SIGINT, syscall.SIGTERM)
	ended := make(chan os.Signal, 16)
	signal.Notify(ended, syscall.SIGCHLD)
	for {
		select {
		case <-ending:
			return
		case <-ended:
			for {
				child, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
				if child <= 0 || err != nil {
					break
				}
			}
		}
	}
}
