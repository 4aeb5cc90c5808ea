package im.backend.cli;

import im.backend.cli.account.LoginCommand;
import im.backend.cli.account.LogoutCommand;
import im.backend.cli.account.WhoamiCommand;
import im.backend.cli.app.LogsCommand;
import im.backend.cli.app.OpenCommand;
import im.backend.cli.app.RestartCommand;
import im.backend.cli.app.RunCommand;
import im.backend.cli.app.ScaleCommand;
import im.backend.cli.app.StartCommand;
import im.backend.cli.app.StatusCommand;
import im.backend.cli.app.StopCommand;
import im.backend.cli.deployment.DeployCommand;
import im.backend.cli.deployment.DeploymentCancelCommand;
import im.backend.cli.deployment.DeploymentInfoCommand;
import im.backend.cli.deployment.DeploymentListCommand;
import im.backend.cli.deployment.DeploymentLogsCommand;
import im.backend.cli.deployment.DeploymentWatchCommand;
import im.backend.cli.folder.ConfigSchemaCommand;
import im.backend.cli.folder.ConfigShowCommand;
import im.backend.cli.folder.ConfigValidateCommand;
import im.backend.cli.folder.EjectCommand;
import im.backend.cli.folder.InitCommand;
import im.backend.cli.project.DestroyCommand;
import im.backend.cli.project.EnvListCommand;
import im.backend.cli.project.EnvSetCommand;
import im.backend.cli.project.ProjectCreateCommand;
import im.backend.cli.project.ProjectInfoCommand;
import im.backend.cli.project.ProjectListCommand;
import im.backend.cli.project.SecretImportCommand;
import im.backend.cli.project.SecretListCommand;
import im.backend.cli.project.SecretSetCommand;
import im.backend.cli.project.UnsetCommand;
import im.backend.cli.release.ReleaseInfoCommand;
import im.backend.cli.release.ReleasesCommand;
import im.backend.cli.release.RollbackCommand;
import im.backend.cli.release.SbomCommand;
import im.backend.cli.release.ScanCommand;
import im.backend.cli.server.BackupCommand;
import im.backend.cli.server.DoctorCommand;
import im.backend.cli.server.RegistryBasesCommand;
import im.backend.cli.server.RegistryGcCommand;
import im.backend.cli.server.RegistryImportCommand;
import im.backend.cli.server.RegistryListCommand;
import im.backend.cli.server.RegistryPullCommand;
import im.backend.cli.server.ServeCommand;
import im.backend.cli.session.Action;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every command by the words that call it. Help, completion and docs/cli.md are made of this table, and a command's own
 * class is only loaded when it is called: each would cost the start of all the others.
 */
enum Verb {
    SERVE("serve", Group.SERVER, "Run the server: API, git, builds, apps and proxy in one process"),
    INIT("init", Group.APP, "Look at the app in this folder and write its backend.yml"),
    EJECT("eject", Group.APP, "Write a Dockerfile and Kubernetes manifests that do the same elsewhere"),
    DEPLOY("deploy", Group.APP, "Upload this folder and make it live", "up"),
    STATUS("status", Group.APP, "What runs of a project, and where", "ps"),
    LOGS("logs", Group.APP, "What the app wrote"),
    OPEN("open", Group.APP, "Open the app in a browser"),
    RELEASES("releases", Group.APP, "The releases of a project, newest first"),
    RELEASE_INFO("release info", Group.APP, "A release: its commit, image and known faults"),
    SCAN("scan", Group.APP, "Known faults of a release's packages"),
    SBOM("sbom", Group.APP, "The packages of a release as CycloneDX JSON"),
    ROLLBACK("rollback", Group.APP, "Make an older release live again, without a build"),
    SCALE("scale", Group.APP, "Run more or fewer replicas"),
    RESTART("restart", Group.APP, "Start the live release anew, without a gap"),
    STOP("stop", Group.APP, "End every instance; releases and data stay"),
    START("start", Group.APP, "Run the latest release again after a stop"),
    RUN("run", Group.APP, "Run a command once, with the live release's image, env and volumes"),
    DESTROY("destroy", Group.APP, "Delete a project with its source, data, secrets and releases"),
    ENV_LIST("env list", Group.APP, "The environment that is set on a project"),
    ENV_SET("env set", Group.APP, "Set environment variables and restart with them"),
    ENV_UNSET("env unset", Group.APP, "Remove environment variables and restart without them"),
    SECRET_LIST("secret list", Group.APP, "Names, versions and ages of a project's secrets; never values"),
    SECRET_SET("secret set", Group.APP, "Set secrets and restart with them"),
    SECRET_UNSET("secret unset", Group.APP, "Remove secrets"),
    SECRET_IMPORT("secret import", Group.APP, "Set every entry of a .env file as a secret"),
    PROJECT_LIST("project list", Group.ACCOUNT, "Your projects"),
    PROJECT_CREATE("project create", Group.ACCOUNT, "Make an empty project; deploy makes one by itself"),
    PROJECT_INFO("project info", Group.ACCOUNT, "A project's id, URL and live release"),
    PROJECT_DELETE("project delete", Group.ACCOUNT, "The same as destroy"),
    DEPLOYMENT_LIST("deployment list", Group.APP, "The deployments of a project, newest first"),
    DEPLOYMENT_INFO("deployment info", Group.APP, "One deployment, and why it failed if it did"),
    DEPLOYMENT_LOGS("deployment logs", Group.APP, "What a deployment's build and start wrote"),
    DEPLOYMENT_WATCH("deployment watch", Group.APP, "Follow a deployment until it ends"),
    DEPLOYMENT_CANCEL("deployment cancel", Group.APP, "End a deployment; the live release serves on"),
    CONFIG_VALIDATE("config validate", Group.APP, "Check backend.yml, with line and column of each fault"),
    CONFIG_SHOW("config show", Group.APP, "What backend.yml, Procfile and app.json together mean"),
    CONFIG_SCHEMA("config schema", Group.APP, "The JSON Schema of backend.yml, for an editor"),
    LOGIN("login", Group.ACCOUNT, "Sign in to a server with a key", "auth"),
    LOGOUT("logout", Group.ACCOUNT, "Forget the key of a server"),
    WHOAMI("whoami", Group.ACCOUNT, "Who you are, and on which server"),
    REGISTRY_LIST("registry list", Group.SERVER, "Your image repositories, and how many tags each has"),
    REGISTRY_GC("registry gc", Group.SERVER, "Remove the images that nobody can want any more"),
    REGISTRY_BASES("registry bases", Group.SERVER, "The base images that are here"),
    REGISTRY_PULL("registry pull", Group.SERVER, "Bring in a base image from its registry, or update it"),
    REGISTRY_IMPORT("registry import", Group.SERVER, "Bring in a base image from an archive, without a network"),
    BACKUP("backup", Group.SERVER, "Copy the server's state to a file on its machine, while it runs"),
    DOCTOR("doctor", Group.SERVER, "Look at this machine and the server, with a fix for what is amiss"),
    COMPLETION("completion", Group.SERVER, "A completion script for bash, zsh or fish"),
    VERSION("version", Group.SERVER, "The version of this program");

    /** A heading of the help. */
    enum Group {
        APP("Apps"),
        ACCOUNT("Account and projects"),
        SERVER("Server and this program");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    private final String words;
    private final Group group;
    private final String summary;
    private final List<String> aliases;

    Verb(String words, Group group, String summary, String... aliases) {
        this.words = words;
        this.group = group;
        this.summary = summary;
        this.aliases = List.of(aliases);
    }

    String words() {
        return words;
    }

    Group group() {
        return group;
    }

    String summary() {
        return summary;
    }

    List<String> aliases() {
        return aliases;
    }

    static Optional<Verb> of(String words) {
        return Arrays.stream(values())
                .filter(verb -> verb.words.equals(words) || verb.aliases.contains(words))
                .findFirst();
    }

    /** The verbs of a noun, as of {@code env}. */
    static List<Verb> ofNoun(String noun) {
        return Arrays.stream(values())
                .filter(verb -> verb.words.startsWith(noun + " "))
                .toList();
    }

    /** Every first word, for suggestions. */
    static List<String> firstWords() {
        return Arrays.stream(values())
                .flatMap(verb -> Stream.concat(Stream.of(verb.words.split(" ")[0]), verb.aliases.stream()))
                .distinct()
                .toList();
    }

    /** A fresh object, which is filled from the arguments. */
    Action action() {
        return switch (this) {
            case SERVE -> new ServeCommand();
            case INIT -> new InitCommand();
            case EJECT -> new EjectCommand();
            case DEPLOY -> new DeployCommand();
            case STATUS -> new StatusCommand();
            case LOGS -> new LogsCommand();
            case OPEN -> new OpenCommand();
            case RELEASES -> new ReleasesCommand();
            case RELEASE_INFO -> new ReleaseInfoCommand();
            case SCAN -> new ScanCommand();
            case SBOM -> new SbomCommand();
            case ROLLBACK -> new RollbackCommand();
            case SCALE -> new ScaleCommand();
            case RESTART -> new RestartCommand();
            case STOP -> new StopCommand();
            case START -> new StartCommand();
            case RUN -> new RunCommand();
            case DESTROY, PROJECT_DELETE -> new DestroyCommand();
            case ENV_LIST -> new EnvListCommand();
            case ENV_SET -> new EnvSetCommand();
            case ENV_UNSET -> new UnsetCommand("/env");
            case SECRET_LIST -> new SecretListCommand();
            case SECRET_SET -> new SecretSetCommand();
            case SECRET_UNSET -> new UnsetCommand("/secrets");
            case SECRET_IMPORT -> new SecretImportCommand();
            case PROJECT_LIST -> new ProjectListCommand();
            case PROJECT_CREATE -> new ProjectCreateCommand();
            case PROJECT_INFO -> new ProjectInfoCommand();
            case DEPLOYMENT_LIST -> new DeploymentListCommand();
            case DEPLOYMENT_INFO -> new DeploymentInfoCommand();
            case DEPLOYMENT_LOGS -> new DeploymentLogsCommand();
            case DEPLOYMENT_WATCH -> new DeploymentWatchCommand();
            case DEPLOYMENT_CANCEL -> new DeploymentCancelCommand();
            case CONFIG_VALIDATE -> new ConfigValidateCommand();
            case CONFIG_SHOW -> new ConfigShowCommand();
            case CONFIG_SCHEMA -> new ConfigSchemaCommand();
            case LOGIN -> new LoginCommand();
            case LOGOUT -> new LogoutCommand();
            case WHOAMI -> new WhoamiCommand();
            case REGISTRY_LIST -> new RegistryListCommand();
            case REGISTRY_GC -> new RegistryGcCommand();
            case REGISTRY_BASES -> new RegistryBasesCommand();
            case REGISTRY_PULL -> new RegistryPullCommand();
            case REGISTRY_IMPORT -> new RegistryImportCommand();
            case BACKUP -> new BackupCommand();
            case DOCTOR -> new DoctorCommand();
            case COMPLETION -> new CompletionCommand();
            case VERSION -> new VersionCommand();
        };
    }
}
