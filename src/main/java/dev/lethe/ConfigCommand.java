package dev.lethe;

import dev.lethe.config.EffectiveValue;
import dev.lethe.config.InvalidSettings;
import dev.lethe.config.SettingKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe config}: every setting as it is in force, and where it came from; secrets are hidden. */
@Command(name = "config", description = "Show every setting as it is in force, and where it came from.")
final class ConfigCommand implements Callable<Integer> {
    private static final int WIDTH = 96;
    private static final String INDENT = "    ";

    private final Invocation invocation;

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean isJson;

    ConfigCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings {
        List<EffectiveValue> values = invocation.load().values();
        if (isJson) {
            invocation.terminal().json(json -> {
                json.writeStartObject();
                for (EffectiveValue value : values) {
                    json.writeObjectFieldStart(value.key().key());
                    json.writeStringField("value", value.text().isEmpty() ? null : value.text());
                    json.writeStringField("from", value.from());
                    json.writeEndObject();
                }
                json.writeEndObject();
            });
        } else {
            invocation
                    .terminal()
                    .table(
                            List.of("SETTING", "VALUE", "FROM"),
                            values.stream()
                                    .map(value -> List.of(
                                            value.key().key(),
                                            value.text().isEmpty() ? "-" : value.text(),
                                            value.from()))
                                    .toList());
        }
        return 0;
    }

    /** All settings, for the end of this command's help. */
    static List<String> help() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Settings, each as 'key: value' in lethe.yaml, as an environment variable, or as --<key>=<value>;");
        lines.add("a secret also as a file that the variable with _FILE at its end names:");
        for (SettingKey key : SettingKey.values()) {
            lines.add("");
            lines.add("  " + key.key() + " (" + key.environmentName() + ")");
            String description = plain(key.description())
                    + (key.defaultText().isEmpty() ? "" : " Default: " + plain(key.defaultText()) + ".");
            Terminal.wrap(description, WIDTH - INDENT.length()).forEach(line -> lines.add(INDENT + line));
        }
        return lines;
    }

    private static String plain(String markdown) {
        return markdown.replace("`", "");
    }
}
