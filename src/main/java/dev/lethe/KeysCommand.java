package dev.lethe;

import dev.lethe.Operations.KeyRow;
import dev.lethe.config.InvalidSettings;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe keys}: what makes pseudonyms, month by month; never the keys themselves. */
@Command(name = "keys", description = "The monthly keys that make pseudonyms.")
final class KeysCommand extends CommandGroup {
    /** {@code lethe keys list}. */
    @Command(name = "list", description = "List the months that have a key, and until when.")
    static final class Listing implements Callable<Integer> {
        private final Invocation invocation;

        @Option(names = "--json", description = "Answer in JSON.")
        private boolean isJson;

        Listing(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            List<KeyRow> keys = invocation.operations().keys(invocation.settings());
            if (isJson) {
                invocation.terminal().json(json -> {
                    json.writeStartArray();
                    for (KeyRow key : keys) {
                        json.writeStartObject();
                        json.writeStringField("site", key.site());
                        json.writeStringField("month", key.month().toString());
                        json.writeStringField("last_day", key.lastDay().toString());
                        json.writeStringField("state", key.state().toString());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                });
            } else if (keys.isEmpty()) {
                invocation.terminal().line("No key yet: a site's first is made with the site.");
            } else {
                invocation
                        .terminal()
                        .table(
                                List.of("SITE", "MONTH", "DESTROYED BY", "STATE"),
                                keys.stream()
                                        .map(key -> List.of(
                                                key.site(),
                                                key.month().toString(),
                                                key.lastDay().toString(),
                                                key.state().toString()))
                                        .toList());
            }
            return 0;
        }
    }
}
