/** The packaged jar, driven from outside: the real CLI, git, curl, a browser, package registries. */
package im.backend.e2e;
