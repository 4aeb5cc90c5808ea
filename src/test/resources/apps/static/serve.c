/* The smallest app there is: a static program that answers HTTP on HOST and PORT, STARTS_FOR seconds after its start, and
 * keeps a file in DATA_DIR. */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
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

static long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Says which of these ADDRESS:PORT take a connection within two seconds. */
static int reach(int count, char **targets) {
    struct pollfd tries[count];
    for (int at = 0; at < count; at++) {
        char address[INET_ADDRSTRLEN] = "";
        int port = 0;
        sscanf(targets[at], "%15[0-9.]:%d", address, &port);
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
        inet_pton(AF_INET, address, &to.sin_addr);
        tries[at] = (struct pollfd){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .events = POLLOUT};
        connect(tries[at].fd, (struct sockaddr *) &to, sizeof to);
    }
    long until = milliseconds() + 2000;
    for (int pending = count; pending > 0;) {
        long left = until - milliseconds();
        if (poll(tries, count, left > 0 ? left : 0) <= 0) {
            break;
        }
        for (int at = 0; at < count; at++) {
            if (tries[at].revents == POLLOUT) { /* one that failed has POLLERR or POLLHUP too */
                puts(targets[at]);
            }
            if (tries[at].revents) {
                close(tries[at].fd);
                tries[at].fd = -1; /* which poll passes over */
                pending--;
            }
        }
    }
    return 0;
}

/* Ends with 0 when the name has an address, by the resolver that the pod was given. */
static int resolve(const char *name) {
    unsigned char answer[4096];
    res_init();
    _res.retrans = 1;
    _res.retry = 2;
    return res_search(name, ns_c_in, ns_t_a, answer, sizeof answer) < 0;
}

/* Run once, with a word: repeats its input after "repeat", says a word that it does not know and ends with 7. */
static int once(int count, char **words) {
    const char *word = words[0];
    char bytes[4096];
    ssize_t size;
    if (!strcmp(word, "reach")) {
        return reach(count - 1, words + 1);
    }
    if (!strcmp(word, "resolve") && count > 1) {
        return resolve(words[1]);
    }
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
        return once(count - 1, words + 1);
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
