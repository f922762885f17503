package dev.lethe;

import dev.lethe.Operations.Role;
import dev.lethe.config.InvalidSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe db}: ways into the database for people and other programs. */
@Command(name = "db", description = "The database: how to log in, its roles, backup and restore.")
final class DatabaseCommand extends CommandGroup {
    /** {@code lethe db url}. */
    @Command(name = "url", description = "Print a URL for psql, password included.")
    static final class Url implements Callable<Integer> {
        private final Invocation invocation;

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                defaultValue = "owner",
                description = "Who logs in: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
        private Role role = Role.OWNER;

        @Option(names = "--json", description = "Answer in JSON.")
        private boolean isJson;

        Url(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            String url = invocation.operations().databaseUrl(invocation.settings(), role);
            if (isJson) {
                invocation.terminal().json(json -> {
                    json.writeStartObject();
                    json.writeStringField("role", role.toString());
                    json.writeStringField("url", url);
                    json.writeEndObject();
                });
            } else {
                invocation.terminal().line(url);
            }
            return 0;
        }
    }

    /** {@code lethe db roles --print}. */
    @Command(name = "roles", description = "The SQL that makes Lethe's roles, for whoever administers the database.")
    static final class Roles implements Callable<Integer> {
        private final Invocation invocation;

        @Option(names = "--print", required = true, description = "Print the statements; nothing is changed.")
        private boolean isPrint;

        Roles(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            if (isPrint) {
                invocation
                        .terminal()
                        .line(invocation
                                .operations()
                                .roleStatements(invocation.settings())
                                .stripTrailing());
            }
            return 0;
        }
    }
}
