package im.backend.eject;

import im.backend.build.BuildPlan;
import im.backend.build.RuntimeTable;
import im.backend.domain.AppManifest;
import im.backend.domain.ProjectName;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One app's files for life without this platform, made from the very plan and manifest that a deployment follows.
 *
 * @param bases which image each runtime is built on
 * @param ignored what an upload leaves out, in the notation of .gitignore
 */
public record Ejection(
        ProjectName name, BuildPlan plan, AppManifest manifest, RuntimeTable bases, List<String> ignored) {
    public static final String DOCKERFILE = "Dockerfile";
    public static final String IGNORE = ".dockerignore";
    public static final String KUBERNETES = "kubernetes.yaml";
    static final String CONSTRAINTS = "constraints.txt";

    public Ejection {
        ignored = List.copyOf(ignored);
    }

    /** Text by file name; an app with a Dockerfile of its own keeps that one. */
    public SortedMap<String, String> files() {
        SortedMap<String, String> files = new TreeMap<>();
        ImageRecipe recipe = new ImageRecipe(manifest, bases);
        switch (plan) {
            case BuildPlan.Dockerfile own -> {
                // It says all that there is to say.
            }
            case BuildPlan.Python python -> {
                files.put(DOCKERFILE, recipe.python(python));
                if (!python.packages().constraints().isEmpty()) {
                    files.put(CONSTRAINTS, String.join("\n", python.packages().constraints()) + "\n");
                }
            }
            case BuildPlan.Node node -> files.put(DOCKERFILE, recipe.node(node));
            case BuildPlan.Go go -> files.put(DOCKERFILE, recipe.go(go));
            case BuildPlan.Java java -> files.put(DOCKERFILE, recipe.java(java));
            case BuildPlan.Static site -> files.put(DOCKERFILE, recipe.site(site));
        }
        if (files.containsKey(DOCKERFILE)) {
            files.put(IGNORE, IgnoreFile.text(ignored, plan.outline().ignored()));
        }
        files.put(KUBERNETES, new Kubernetes(name, plan.outline().start(), manifest).text());
        return files;
    }
}
