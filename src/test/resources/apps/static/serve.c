/* The smallest app there is: a static program that answers HTTP on HOST and PORT, STARTS_FOR seconds after its start, and
 * keeps a file in DATA_DIR. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

static void leave(int signal) {
    _exit(signal == SIGTERM ? 0 : 1);
}

static void answer(int client) {
    char request[4096] = {0}, body[65536] = {0}, path[512];
    if (read(client, request, sizeof request - 1) <= 0) {
        return;
    }
    snprintf(path, sizeof path, "%s/kept", variable("DATA_DIR"));
    if (!strncmp(request, "GET /append ", 12)) {
        FILE *file = fopen(path, "a");
        snprintf(body, sizeof body, "%s", file ? "ok" : "failed");
        if (file) {
            fprintf(file, "%s\n", variable("RELEASE"));
            fclose(file);
        }
    } else if (!strncmp(request, "GET /read ", 10)) {
        FILE *file = fopen(path, "r");
        if (file) {
            body[fread(body, 1, sizeof body - 1, file)] = 0;
            fclose(file);
        }
    } else if (!strncmp(request, "GET /exit ", 10)) {
        _exit(3);
    } else if (!strncmp(request, "GET /id ", 8)) {
        snprintf(body, sizeof body, "uid=%d gid=%d root=%s", getuid(), getgid(),
                 access("/", W_OK) ? "read-only" : "writable");
    } else {
        snprintf(body, sizeof body, "%s", variable("RELEASE"));
    }
    dprintf(client, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", strlen(body), body);
}

/* Run once, with a word: repeats its input after "repeat", says any other word and ends with 7. */
static int once(const char *word) {
    char bytes[4096];
    ssize_t size;
    if (strcmp(word, "repeat")) {
        puts(word);
        return 7;
    }
    while ((size = read(0, bytes, sizeof bytes)) > 0) {
        if (write(1, bytes, size) < size) {
            return 1;
        }
    }
    return 0;
}

int main(int count, char **words) {
    if (count > 1) {
        return once(words[1]);
    }
    sleep(atoi(variable("STARTS_FOR")));
    int on = 1, server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(variable("PORT")))};
    inet_pton(AF_INET, variable("HOST"), &address.sin_addr);
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server, (struct sockaddr *) &address, sizeof address) || listen(server, 64)) {
        perror("serve");
        return 2;
    }
    signal(SIGTERM, leave);
    signal(SIGPIPE, SIG_IGN);
    printf("serving %s\n", variable("RELEASE"));
    fflush(stdout);
    for (;;) {
        int client = accept(server, 0, 0);
        if (client >= 0) {
            answer(client);
            close(client);
        }
    }
}
