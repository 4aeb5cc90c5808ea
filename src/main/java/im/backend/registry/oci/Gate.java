package im.backend.registry.oci;

import im.backend.domain.Caller;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.RegistryAccess;
import im.backend.registry.RepositoryName;
import io.helidon.http.HeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides who may do what. An owner may do everything in the repositories below the own name, an administrator in all. To
 * anybody else a repository is the same whether it is there or not.
 */
record Gate(RegistryAccess access, String service) {
    /** @param scopes of the token; absent for one who came with a key and has all rights that there are */
    record Visitor(Caller caller, Optional<List<Scope>> scopes) {
        private boolean may(Scope wanted) {
            return mayEver(caller, wanted)
                    && scopes.map(given -> given.stream().anyMatch(one -> one.covers(wanted)))
                            .orElse(true);
        }

        boolean mayPull(RepositoryName repository) {
            return may(Scope.of(repository.value(), Scope.Action.PULL));
        }

        /** Without regard to what the token is for: it says only what may be listed. */
        boolean sees(RepositoryName repository) {
            return owns(caller, repository.value());
        }
    }

    /** What is left of the scopes that a caller asks for. */
    static List<String> granted(Caller caller, List<Scope> wanted) {
        return wanted.stream()
                .filter(scope -> mayEver(caller, scope))
                .map(Scope::toString)
                .toList();
    }

    private static boolean mayEver(Caller caller, Scope scope) {
        return switch (scope.kind()) {
            case REPOSITORY -> owns(caller, scope.name());
            case REGISTRY -> scope.name().equals(Scope.CATALOG.name());
        };
    }

    private static boolean owns(Caller caller, String repository) {
        return switch (caller.role()) {
            case ADMIN -> true;
            case MEMBER -> repository.startsWith(caller.user() + "/");
        };
    }

    /** Whoever comes with a good credential. Fails with Unauthenticated, and the exchange then has the challenge. */
    Visitor admit(Exchange exchange, List<Scope> wanted) {
        try {
            return visitor(exchange);
        } catch (ProblemException refused) {
            if (refused.problem() instanceof Problem.Unauthenticated) {
                challenge(exchange, wanted);
            }
            throw refused;
        }
    }

    /** Fails with Unauthenticated, or NotFound for one who can not do better by another token. */
    Visitor require(Exchange exchange, Scope wanted) {
        Visitor visitor = admit(exchange, List.of(wanted));
        if (visitor.may(wanted)) {
            return visitor;
        }
        if (visitor.scopes().isPresent()) {
            challenge(exchange, List.of(wanted));
            throw notAuthenticated("The token is not for " + wanted + ".");
        }
        throw new Problem.NotFound("name-unknown", "No such repository.").asException();
    }

    /**
     * For a mount: a token that is not for the source, of a caller who may pull from it, is sent back to be asked for again
     * with both scopes, so that the blob need not be uploaded. Fails with Unauthenticated.
     */
    void requireSource(Exchange exchange, Visitor visitor, RepositoryName target, RepositoryName source) {
        Scope pull = Scope.of(source.value(), Scope.Action.PULL);
        if (!visitor.may(pull) && mayEver(visitor.caller(), pull)) {
            challenge(exchange, List.of(Scope.of(target.value(), Scope.Action.PULL, Scope.Action.PUSH), pull));
            throw notAuthenticated("The token is not for " + pull + ".");
        }
    }

    private Visitor visitor(Exchange exchange) {
        String header = exchange.header(HeaderNames.AUTHORIZATION).orElse("");
        int space = header.indexOf(' ');
        String scheme = header.substring(0, Math.max(0, space)).toLowerCase(Locale.ROOT);
        String value = header.substring(space + 1).strip();
        return switch (scheme) {
            case "basic" ->
                new Visitor(access.authenticate(password(value), exchange.clientAddress()), Optional.empty());
            case "bearer" -> {
                RegistryAccess.Holder holder = access.verify(value);
                List<Scope> scopes = holder.scopes().stream()
                        .flatMap(text -> Scope.parse(text).stream())
                        .toList();
                yield new Visitor(holder.caller(), Optional.of(scopes));
            }
            case "" -> anonymous();
            default -> throw notAuthenticated("Log in: podman login, docker login or skopeo login.");
        };
    }

    private Visitor anonymous() {
        return access.anonymous()
                .map(caller -> new Visitor(caller, Optional.empty()))
                .orElseThrow(() -> notAuthenticated("Log in: podman login, docker login or skopeo login."));
    }

    /** Any user name goes with a key. */
    Caller basic(Exchange exchange) {
        String header = exchange.header(HeaderNames.AUTHORIZATION).orElse("");
        if (!header.regionMatches(true, 0, "Basic ", 0, "Basic ".length())) {
            throw notAuthenticated("Log in with any user name, and a key or token of Backend.im as the password.");
        }
        return access.authenticate(password(header.substring("Basic ".length()).strip()), exchange.clientAddress());
    }

    private static String password(String base64) {
        try {
            String pair = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException notBase64) {
            throw notAuthenticated("The Authorization header is not Basic as RFC 7617 has it.");
        }
    }

    private void challenge(Exchange exchange, List<Scope> wanted) {
        StringBuilder challenge = new StringBuilder("Bearer realm=\"")
                .append(exchange.address())
                .append("/v2/token\",service=\"")
                .append(service)
                .append('"');
        if (!wanted.isEmpty()) {
            challenge
                    .append(",scope=\"")
                    .append(String.join(
                            " ", wanted.stream().map(Scope::toString).toList()))
                    .append('"');
        }
        exchange.with(HeaderNames.WWW_AUTHENTICATE, challenge.toString());
    }

    private static ProblemException notAuthenticated(String detail) {
        return new Problem.Unauthenticated("unauthorized", detail).asException();
    }
}
