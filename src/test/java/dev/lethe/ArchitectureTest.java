package dev.lethe;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.lethe.beacon.Intake;
import dev.lethe.config.FreePorts;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Granted;
import dev.lethe.consent.Possession;
import dev.lethe.consent.VisitorCodes;
import dev.lethe.visitor.Pseudonym;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The arrows of docs/architecture.md: which room may know which, and what no room may do. */
class ArchitectureTest {
    private static final String ROOT = "dev.lethe";

    /** From left to right; rooms of one step do not know each other, and a step may be skipped. */
    private static final List<List<String>> STEPS = List.of(
            List.of("routes"),
            List.of("demo", "rights"),
            List.of("retention", "statistics"),
            List.of("beacon"),
            List.of("event"),
            List.of("classify"),
            List.of("visitor"),
            List.of("consent"),
            List.of("site"),
            List.of("database"),
            List.of("config"));

    /** Anybody may use these; they stand on the settings alone, and not on each other. */
    private static final List<String> FOR_EVERYONE = List.of("http", "ops");

    private static final JavaClasses LETHE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    private static final JavaClasses TESTS = new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .importPackages(ROOT);

    @TestFactory
    Stream<DynamicTest> aRoomKnowsOnlyRoomsToItsRight() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int step = 0; step < STEPS.size(); step++) {
            Set<String> right = new TreeSet<>(FOR_EVERYONE);
            STEPS.subList(step + 1, STEPS.size()).forEach(right::addAll);
            for (String room : STEPS.get(step)) {
                // The last room is the bottom: whatever stands on it, it stands on nothing.
                tests.add(knowsOnly(room, room.equals("config") ? Set.of() : right));
            }
        }
        FOR_EVERYONE.forEach(room -> tests.add(knowsOnly(room, Set.of("config"))));
        return tests.stream();
    }

    private static DynamicTest knowsOnly(String room, Set<String> allowed) {
        List<String> packages = new ArrayList<>(List.of(packageOf(room)));
        allowed.forEach(name -> packages.add(packageOf(name)));
        return DynamicTest.dynamicTest(
                room,
                () -> noClasses()
                        .that()
                        .resideInAPackage(packageOf(room))
                        .should()
                        .dependOnClassesThat(resideInAPackage(ROOT + "..")
                                .and(not(resideInAnyPackage(packages.toArray(String[]::new)))))
                        .because("the arrows go one way, so that a room can be understood without those to its left")
                        .allowEmptyShould(true)
                        .check(LETHE));
    }

    private static String packageOf(String room) {
        return ROOT + "." + room + "..";
    }

    /** What a command does may take as long as its statements: ended after a while, an erasure would be half done. */
    @Test
    void commandsSetNoBoundOfTheirOwn() {
        noClasses()
                .that()
                .haveSimpleName("Session")
                .or()
                .haveSimpleNameEndingWith("Operations")
                .should()
                .callMethod(Future.class, "timeout", long.class, TimeUnit.class)
                .check(LETHE);
    }

    /** await() throws checked failures that no signature tells of: a BindException, a timeout. Such a catch lets them pass. */
    @Test
    void whoeverAwaitsCatchesMoreThanRuntimeExceptions() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            List<String> wrong = new ArrayList<>();
            for (Path source : sources) {
                String text = Files.readString(source);
                if (text.contains("await(") && text.contains("catch (RuntimeException")) {
                    wrong.add(source.toString());
                }
            }
            assertTrue(sources.size() > 100, "the control: sources are found");
            assertEquals(List.of(), wrong);
        }
    }

    @Test
    void everyRoomHasItsPlace() {
        Set<String> placed = new TreeSet<>(FOR_EVERYONE);
        STEPS.forEach(placed::addAll);
        Set<String> unplaced = new TreeSet<>();
        for (JavaClass each : LETHE) {
            String name = each.getPackageName();
            if (!name.equals(ROOT) && !placed.contains(name.substring(ROOT.length() + 1))) {
                unplaced.add(name);
            }
        }
        assertEquals(Set.of(), unplaced, "a new room needs a place among the arrows");
    }

    @Test
    void roomsFormNoCircle() {
        slices().matching(ROOT + ".(*)..")
                .should()
                .beFreeOfCycles()
                .because("two rooms that need each other are one room")
                .check(LETHE);
    }

    @Test
    void theWiringKnowsNoCommand() {
        noClasses()
                .that()
                .haveFullyQualifiedName(Collector.class.getName())
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT)
                        .and(describe(
                                "are commands",
                                each -> each.getSimpleName().endsWith("Command")
                                        || each.getSimpleName().endsWith("Operations")
                                        || Set.of("Main", "Launcher", "Session", "Terminal")
                                                .contains(each.getSimpleName()))))
                .because("Main starts the collector, and a test starts it without Main")
                .check(LETHE);
    }

    @Test
    void classifyingAndConfiguringKnowNoVertx() {
        noClasses()
                .that()
                .resideInAnyPackage(packageOf("classify"), packageOf("config"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .because("what is computed from a value needs no server")
                .check(LETHE);
    }

    @Test
    void valuesOfTheDomainKnowNoVertx() {
        noClasses()
                .that(describe("are values", ArchitectureTest::isValue))
                .and()
                .resideInAnyPackage(
                        packageOf("consent"),
                        packageOf("site"),
                        packageOf("visitor"),
                        packageOf("event"),
                        packageOf("retention"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .because("a value that is valid is valid without a server")
                .check(LETHE);
    }

    /** Records and enums that others may see; a class's own private helpers are its own affair. */
    private static boolean isValue(JavaClass each) {
        return (each.isRecord() || each.isEnum()) && !each.getModifiers().contains(JavaModifier.PRIVATE);
    }

    @Test
    void onlyTheCommandLineEndsTheProcessOrPrints() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".*..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .because("a room does not know what process it lives in; nothing but the log may speak, and nothing"
                        + " personal may reach it")
                .check(LETHE);
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Main.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(Launcher.class.getName())
                .should()
                .callMethod(System.class, "exit", int.class)
                .because("a command returns its code; the collector ends in order")
                .check(LETHE);
    }

    @Test
    void nobodyAsksTheMachineForTheTime() {
        noClasses()
                .should()
                .callMethodWhere(describe(
                        "it reads the machine's clock",
                        call -> isOwnedBy(call, "java.time")
                                        && call.getTarget().getName().equals("now")
                                        && call.getTarget().getRawParameterTypes().stream()
                                                .noneMatch(type -> type.isEquivalentTo(java.time.Clock.class))
                                || isOwnedBy(call, "java.lang")
                                        && call.getTarget().getName().equals("currentTimeMillis")))
                .because("time is injected as a Clock: promises of months are kept in tests of seconds")
                .check(LETHE);
        noClasses()
                .should()
                .callConstructor(java.util.Date.class)
                .because("it reads the machine's clock")
                .check(LETHE);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".*..")
                .should()
                .callMethodWhere(describe(
                        "it makes a clock",
                        call -> call.getTargetOwner().isEquivalentTo(java.time.Clock.class)
                                && call.getTarget().getName().startsWith("system")))
                .because("only the command line decides which clock is the real one")
                .check(LETHE);
    }

    @Test
    void nobodyDrawsChanceByItself() {
        noClasses()
                .should()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat(assignableTo(java.util.concurrent.ThreadLocalRandom.class)
                        .as("thread-local random"))
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .because(
                        "randomness is injected; what must be secret comes from a SecureRandom, what must be repeatable"
                                + " from a seeded generator")
                .check(LETHE);
        noClasses()
                .that()
                .resideInAnyPackage(
                        packageOf("consent"), packageOf("visitor"), packageOf("rights"), packageOf("config"))
                .should()
                .callConstructor(java.util.Random.class)
                .orShould()
                .callMethod(RandomGenerator.class, "getDefault")
                .because("ids, keys and receipts must not be guessable")
                .check(LETHE);
    }

    @Test
    void oneClassLooksForFreePorts() {
        noClasses()
                .that()
                .areNotAssignableTo(FreePorts.class)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(java.net.ServerSocket.class)
                .because("a port that the system chose may be taken by a passing connection before it is used")
                .check(LETHE);
    }

    @Test
    void namesSayWhatAThingIs() {
        classes()
                .should()
                .haveNameNotMatching(".*(Util|Utils|Impl|Manager|Helper)")
                .andShould()
                .resideOutsideOfPackages("..util..", "..impl..", "..manager..")
                .because("a class is named after its thing, a room after its part of the domain")
                .check(LETHE);
    }

    @Test
    void noTestIsLeftOutInSilence() {
        String silent = "org\\.junit\\.jupiter\\.api\\.(Assumptions|Disabled)|org\\.opentest4j\\.TestAbortedException";
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(LeftOut.class.getName())
                .should()
                .dependOnClassesThat()
                .haveNameMatching(silent)
                .because("LeftOut.because names what this machine could not test, and fails where nothing may be left"
                        + " out")
                .check(TESTS);
        // The control: without its exception the rule finds the one class that may.
        AssertionError found = assertThrows(
                AssertionError.class,
                () -> noClasses()
                        .should()
                        .dependOnClassesThat()
                        .haveNameMatching(silent)
                        .check(TESTS));
        assertTrue(found.getMessage().contains("LeftOut"), found::getMessage);
    }

    @Test
    void onlyTheGateGivesProofs() {
        for (Class<?> proof : List.of(Granted.class, Possession.class)) {
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName(ConsentGate.class.getName())
                    .and()
                    // A visitor code is possession too, but never a consent.
                    .doNotHaveFullyQualifiedName(
                            proof == Possession.class ? VisitorCodes.class.getName() : ConsentGate.class.getName())
                    .should()
                    .callConstructorWhere(makes(proof))
                    .because("whoever holds one has passed the gate, or brought a visitor code")
                    .check(LETHE);
            constructors()
                    .that()
                    .areDeclaredIn(proof)
                    .should()
                    .bePackagePrivate()
                    .because("outside the room not even a compiler lets one be made")
                    .check(LETHE);
            assertTrue(LETHE.get(proof).getModifiers().contains(JavaModifier.FINAL), proof.getName());
        }
    }

    @Test
    void onlyThePseudonymiserMakesPseudonyms() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Pseudonymiser.class.getName())
                .should()
                .callConstructorWhere(makes(Pseudonym.class))
                .because("it asks for a proof, so that nothing is stored of anybody who did not consent")
                .check(LETHE);
        methods()
                .that()
                .areDeclaredIn(Pseudonymiser.class)
                .and()
                .arePublic()
                .should(new com.tngtech.archunit.lang.ArchCondition<>("take a proof") {
                    @Override
                    public void check(
                            com.tngtech.archunit.core.domain.JavaMethod method,
                            com.tngtech.archunit.lang.ConditionEvents events) {
                        boolean proven = method.getRawParameterTypes().stream()
                                .anyMatch(type ->
                                        type.isEquivalentTo(Granted.class) || type.isEquivalentTo(Possession.class));
                        events.add(new com.tngtech.archunit.lang.SimpleConditionEvent(
                                method, proven, method.getDescription()));
                    }
                })
                .because("there is no other way to a pseudonym")
                .check(LETHE);
    }

    private static DescribedPredicate<com.tngtech.archunit.core.domain.JavaConstructorCall> makes(Class<?> made) {
        return describe(
                "it makes a " + made.getSimpleName(),
                call -> call.getTargetOwner().isEquivalentTo(made));
    }

    private static boolean isOwnedBy(JavaAccess<?> access, String packageName) {
        return access.getTargetOwner().getPackageName().equals(packageName);
    }

    @Test
    void onlyTheHandlerParsesBeacons() {
        noClasses()
                .that()
                .resideInAPackage(packageOf("beacon"))
                .and()
                .haveSimpleNameNotEndingWith("BeaconHandler")
                .and()
                .haveNameNotMatching(".*(BeaconParser|Intake).*")
                .should()
                .callMethodWhere(describe(
                        "it decodes a body",
                        call -> call.getTargetOwner().getSimpleName().equals("BeaconParser")
                                && call.getTarget().getName().equals("parse")))
                .because("a body is decoded in one place, behind the gate")
                .check(LETHE);
        methods()
                .that()
                .areDeclaredIn(Intake.class)
                .and()
                .arePublic()
                .should()
                .haveRawParameterTypes(describe(
                        "one of which is the gate's proof",
                        types -> types.stream().anyMatch(type -> type.isEquivalentTo(Granted.class))))
                .because("beacons of another time are decoded behind the gate as well")
                .check(LETHE);
    }

    @Test
    void eventLoopsNeverBlock() throws IOException {
        List<String> onLoops = List.of("routes", "beacon", "event", "consent", "visitor", "classify", "http");
        noClasses()
                .that()
                .resideInAnyPackage(
                        onLoops.stream().map(ArchitectureTest::packageOf).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent.locks..")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("java.sql..")
                .orShould()
                .callMethodWhere(describe(
                        "it waits",
                        call -> call.getTargetOwner().isEquivalentTo(io.vertx.core.Future.class)
                                        && call.getTarget().getName().equals("await")
                                || call.getTargetOwner().isEquivalentTo(Thread.class)
                                        && call.getTarget().getName().equals("sleep")
                                || call.getTargetOwner().isEquivalentTo(Object.class)
                                        && call.getTarget().getName().equals("wait")))
                .because("one event loop serves a thousand browsers; who waits on it makes all of them wait")
                .check(LETHE);
        methods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(
                        onLoops.stream().map(ArchitectureTest::packageOf).toArray(String[]::new))
                .should()
                .notHaveModifier(JavaModifier.SYNCHRONIZED)
                .because("a lock on an event loop makes all others wait")
                .check(LETHE);
        // A synchronized block leaves nothing that the rules above could see.
        for (String room : onLoops) {
            try (Stream<Path> files = Files.list(Path.of("src/main/java/dev/lethe", room))) {
                for (Path file : files.toList()) {
                    assertTrue(!Files.readString(file).contains("synchronized ("), file::toString);
                }
            }
        }
    }
}
