package im.backend.build.language;

import im.backend.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a tool's last lines say about the cause, and what to do about it. */
final class BuildFailure {
    /** The remedy may name the first group of its pattern as {@code %s}. */
    private static final Map<Pattern, String> REMEDIES = Map.ofEntries(
            remedy("No matching distribution found for (\\S+)", "Check the name and the version of %s."),
            remedy("ResolutionImpossible", "Two packages want different versions of a third one; loosen one of them."),
            remedy("Cannot find module '([^']+)'", "Add %s to the dependencies, or correct the path."),
            remedy(
                    "ModuleNotFoundError: No module named '([^']+)'",
                    "Add %s to requirements.txt, or correct the import."),
            remedy(
                    "npm (?:error|ERR!) code EUSAGE",
                    "Run npm install and commit package-lock.json: it does not match package.json."),
            remedy("npm (?:error|ERR!) 404 +'?([^' ]+)", "Check the name and the version of %s in package.json."),
            remedy(
                    "ERR_PNPM_OUTDATED_LOCKFILE",
                    "Run pnpm install and commit pnpm-lock.yaml: it does not match package.json."),
            remedy("missing go\\.sum entry", "Run go mod tidy and commit go.sum."),
            remedy("updates to go\\.mod needed", "Run go mod tidy and commit go.mod and go.sum."),
            remedy(
                    "(?:Failed to establish a new connection|ENOTFOUND|EAI_AGAIN|no such host|Temporary failure in"
                            + " name resolution)",
                    "The package registry can not be reached from this host; check its network and proxy settings."),
            remedy(
                    "(?:certificate verify failed|CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|unable to get local"
                            + " issuer)",
                    "The registry's certificate is not trusted here; set SSL_CERT_FILE or NODE_EXTRA_CA_CERTS for the"
                            + " server."),
            remedy(
                    "(?:manifest unknown|access to the resource is denied|authentication required|reading manifest .*"
                            + " not found)",
                    "Check the name and the tag of the image after FROM; a private one can not be used as a base."),
            remedy(
                    "newuidmap|no sub[ug]id ranges",
                    "Install uidmap, and give the server's user a range in /etc/subuid and /etc/subgid."),
            remedy("No space left on device", "The disk of the server is full; free some of it."),
            remedy(
                    "gcc: command not found|error: command '\\S*gcc\\S*' failed|Python\\.h: No such file",
                    "A package has to be compiled here: install a compiler and headers on the host, or choose a"
                            + " version that has a wheel."));

    private BuildFailure() {}

    static Problem.StageFailed of(String slug, String detail, List<String> evidence) {
        return new Problem.StageFailed(slug, detail, fix(evidence), evidence);
    }

    /** The latest line that is understood; empty when none is. */
    private static String fix(List<String> evidence) {
        for (String line : evidence.reversed()) {
            for (Map.Entry<Pattern, String> remedy : REMEDIES.entrySet()) {
                Matcher matcher = remedy.getKey().matcher(line);
                if (matcher.find()) {
                    return matcher.groupCount() > 0
                            ? remedy.getValue().replace("%s", matcher.group(1))
                            : remedy.getValue();
                }
            }
        }
        return "";
    }

    private static Map.Entry<Pattern, String> remedy(String pattern, String fix) {
        return Map.entry(Pattern.compile(pattern), fix);
    }
}
