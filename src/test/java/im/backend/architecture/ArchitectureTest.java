package im.backend.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import im.backend.Main;
import im.backend.domain.Caller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** ARCHITECTURE.md, enforced. */
class ArchitectureTest {
    private static final String ROOT = "im.backend";
    private static final Path SOURCES = Path.of("src/main/java/im/backend");
    private static final Pattern SHELL_TEXT = Pattern.compile("sh\",\\s*\"-[a-z]*c\"");
    /** So that no rule can pass on an empty class path. */
    private static final int CLASSES_MIN = 150;

    private static final int TYPES_MAX = 24;

    private static final ArchitectureDocument DOCUMENT = ArchitectureDocument.read();
    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation())
                .that(new DescribedPredicate<>("ours") {
                    @Override
                    public boolean test(JavaClass type) {
                        return type.getPackageName().startsWith(ROOT);
                    }
                });
        assertThat(classes.size()).isGreaterThan(CLASSES_MIN);
    }

    @Test
    void everyPackageIsInTheTableAndTheTableNamesNoOther() {
        Set<String> found = new TreeSet<>();
        classes.forEach(type -> found.add(shortName(type)));

        assertThat(DOCUMENT.uses().keySet()).containsExactlyInAnyOrderElementsOf(found);
    }

    @Test
    void packagesUseOnlyWhatTheTableAllows() {
        Map<String, Set<String>> uses = DOCUMENT.uses();
        List<String> faults = new ArrayList<>();
        for (JavaClass type : classes) {
            String from = shortName(type);
            type.getDirectDependenciesFromSelf().forEach(dependency -> {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (!target.getPackageName().startsWith(ROOT)) {
                    return;
                }
                String to = shortName(target);
                if (!to.equals(from) && !uses.getOrDefault(from, Set.of()).contains(to)) {
                    faults.add(from + " -> " + to + ": " + dependency.getDescription());
                }
            });
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void packagesStaySmallAndNoExceptionIsStale() {
        Map<String, Integer> types = new TreeMap<>();
        classes.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .forEach(type -> types.merge(shortName(type), 1, Integer::sum));

        assertThat(types)
                .allSatisfy((name, count) -> assertThat(count)
                        .as("types of " + name)
                        .isLessThanOrEqualTo(DOCUMENT.typesMax().getOrDefault(name, TYPES_MAX)));
        assertThat(DOCUMENT.typesMax().keySet())
                .allSatisfy(name -> assertThat(types.getOrDefault(name, 0))
                        .as("types of the exception " + name)
                        .isGreaterThan(TYPES_MAX));
    }

    @Test
    void eachLibraryHasOneHome() {
        DOCUMENT.libraryHomes().forEach((library, homes) -> {
            DescribedPredicate<JavaClass> ofLibrary = new DescribedPredicate<>("of " + library) {
                @Override
                public boolean test(JavaClass type) {
                    return library.stream()
                            .anyMatch(name -> type.getPackageName().equals(name)
                                    || type.getPackageName().startsWith(name + "."));
                }
            };
            ArchRule rule = noClasses()
                    .that(new DescribedPredicate<>("outside " + homes) {
                        @Override
                        public boolean test(JavaClass type) {
                            return !homes.contains(shortName(type));
                        }
                    })
                    .should()
                    .dependOnClassesThat(are(ofLibrary));
            rule.check(classes);
        });
    }

    @Test
    void portsAndNounsKnowNoJson() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".domain..", ROOT + ".problem..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.fasterxml..")
                .check(classes);
    }

    @Test
    void useCasesTakeTheCallerFirst() {
        List<String> faults = new ArrayList<>();
        for (String useCase : List.of(
                "deploy.Deployments",
                "deploy.Releases",
                "deploy.Operations",
                "project.ImageDesk",
                "project.RegistryDesk",
                "deploy.Scans",
                "project.Projects",
                "project.ProjectEnv",
                "project.ProjectSecrets",
                "project.SourceEdits")) {
            classes.get(ROOT + "." + useCase).getMethods().stream()
                    .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                    .filter(method -> method.getRawParameterTypes().isEmpty()
                            || !method.getRawParameterTypes().getFirst().isEquivalentTo(Caller.class))
                    .forEach(method -> faults.add(method.getFullName()));
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void onlyTheCommandLineTouchesTheStandardStreams() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(classes);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT)
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(classes);
    }

    @Test
    void programsAreStartedInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".host..")
                .and()
                .resideOutsideOfPackage(ROOT + ".cli..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .orShould()
                .callMethodWhere(are(new DescribedPredicate<>("Runtime.exec") {
                    @Override
                    public boolean test(com.tngtech.archunit.core.domain.JavaMethodCall call) {
                        return call.getTargetOwner().isEquivalentTo(Runtime.class)
                                && call.getName().equals("exec");
                    }
                }))
                .check(classes);
    }

    @Test
    void theStartGateIsTheOnlyShellText() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<String> shells = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> startsAShell(file))
                    .map(file -> SOURCES.relativize(file).toString())
                    .toList();
            // What eject writes is started by other platforms, never by this one: it has no way to host.
            assertThat(shells).filteredOn(file -> !file.startsWith("eject/")).containsExactly("host/StartGate.java");
        }
    }

    @Test
    void noStaticFieldCanChange() {
        fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat(are(alwaysTrue()))
                .should()
                .beFinal()
                .check(classes);
    }

    @Test
    void namesSayWhatAThingIs() {
        classes()
                .that()
                // The field's own word for npm, pnpm and yarn.
                .doNotHaveSimpleName("PackageManager")
                .should()
                .haveSimpleNameNotEndingWith("Util")
                .andShould()
                .haveSimpleNameNotEndingWith("Utils")
                .andShould()
                .haveSimpleNameNotEndingWith("Helper")
                .andShould()
                .haveSimpleNameNotEndingWith("Manager")
                .andShould()
                .haveSimpleNameNotEndingWith("Impl")
                .andShould()
                .haveSimpleNameNotStartingWith("Base")
                .andShould()
                .haveSimpleNameNotStartingWith("Abstract")
                .check(classes);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        classes.forEach(type -> {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        });
        assertThat(unmarked).isEmpty();
    }

    private static String shortName(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(ROOT) ? "main" : name.substring(ROOT.length() + 1);
    }

    private static boolean startsAShell(Path file) {
        try {
            return SHELL_TEXT.matcher(Files.readString(file)).find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
