package dev.lethe;

import dev.lethe.config.Surroundings;
import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a command of a real command line answered, run beside a {@link TestLethe} on its database, keys and clock. */
public record CommandRun(int exitCode, String out, String err) {
    /** Runs {@code lethe} with these words, as an operator on the same machine would. */
    public static CommandRun of(TestLethe lethe, String... words) {
        Path shared = lethe.keysDir().getParent();
        Map<String, String> environment = new HashMap<>();
        for (DutyRole duty : DutyRole.values()) {
            environment.put(
                    "LETHE_DATABASE_PASSWORD_" + duty.word().toUpperCase(Locale.ROOT),
                    TestDatabase.passwordOf(duty.word()).reveal());
        }
        environment.put("LETHE_DATABASE_URL", lethe.database().url().reveal());
        List<String> arguments = new ArrayList<>(TestLethe.withoutSecrets(environment, words));
        arguments.addAll(List.of(
                "--state-dir=" + shared.resolve("node-1"),
                "--keys.dir=" + lethe.keysDir(),
                "--journal.dir=" + shared.resolve("journal"),
                "--retention.backup-days=0",
                "--public.url=https://www.example.test/lethe",
                "--controller.name=Example Ltd",
                "--controller.contact=privacy@example.test"));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(new PrintWriter(out, true), new PrintWriter(err, true));
        int exitCode = Main.run(
                new LetheOperations(terminal, lethe.clock()),
                new Surroundings(environment, shared, shared, false),
                lethe.clock(),
                terminal,
                arguments);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }
}
