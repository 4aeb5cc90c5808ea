// A small HTTP service with one module dependency.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

func main() {
	server := &http.Server{
		Addr:              net.JoinHostPort(env("HOST", "127.0.0.1"), env("PORT", "8080")),
		Handler:           routes(),
		ReadHeaderTimeout: 10 * time.Second,
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	go func() {
		// A newer release has taken over: finish what is in flight, then leave.
		<-stop.Done()
		drain, done := context.WithTimeout(context.Background(), 10*time.Second)
		defer done()
		_ = server.Shutdown(drain)
	}()
	log.Printf("listening on %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

func routes() http.Handler {
	router := chi.NewRouter()
	router.Use(middleware.Recoverer)
	router.Get("/", func(response http.ResponseWriter, _ *http.Request) {
		reply(response, map[string]string{"message": "Hello from Go", "go": runtime.Version()})
	})
	router.Get("/healthz", func(response http.ResponseWriter, _ *http.Request) {
		reply(response, map[string]string{"status": "ok"})
	})
	router.Get("/hello/{name}", func(response http.ResponseWriter, request *http.Request) {
		reply(response, map[string]string{"message": "Hello " + chi.URLParam(request, "name")})
	})
	return router
}

func reply(response http.ResponseWriter, body any) {
	response.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(response).Encode(body); err != nil {
		log.Print(err)
	}
}

func env(name, absent string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return absent
}
