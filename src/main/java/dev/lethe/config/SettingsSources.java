package dev.lethe.config;

import dev.lethe.config.InvalidSettings.Problem;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads what was given, in {@code lethe.yaml}, the environment and flags, finds unknown keys, and tells for each setting which
 * text counts. Immutable once made.
 */
final class SettingsSources {
    static final String DEFAULT = "default";
    private static final String FILE_NAME = "lethe.yaml";
    private static final String FLAG_PREFIX = "--";
    private static final String ENVIRONMENT_PREFIX = "LETHE_";
    private static final Pattern PASSWORD_IN_URL = Pattern.compile("//[^/?#]*:[^/?#]*@|[?&](ssl)?password=");

    /** Read by the build's browser tests only. */
    private static final Set<String> OTHER_VARIABLES = Set.of("LETHE_CHROMIUM");

    /** SmallRye's ordinals: the higher one counts. */
    private static final int YAML_ORDINAL = 100;

    private static final int ENVIRONMENT_ORDINAL = 200;
    private static final int FLAG_ORDINAL = 300;

    private final Surroundings surroundings;
    private final List<Problem> problems = new ArrayList<>();
    private final SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
    private final Map<SettingKey, String> environmentNames = new TreeMap<>();
    private String yamlName = FILE_NAME;
    private final SmallRyeConfig config;

    /**
     * @param from {@code lethe.yaml}, {@code LETHE_PUBLIC_PORT} or {@code --public.port}
     * @param place the same, with the key where a file holds many
     */
    record Given(String text, String from, String place) {}

    private SettingsSources(Surroundings surroundings, Optional<Path> configFile, List<String> flags) {
        this.surroundings = surroundings;
        Map<String, String> fromFlags = readFlags(flags);
        Map<String, String> fromEnvironment = readEnvironment();
        add(fromFlags, FLAG_PREFIX, FLAG_ORDINAL);
        add(fromEnvironment, ENVIRONMENT_PREFIX, ENVIRONMENT_ORDINAL);
        Optional<String> movedStateDir = Optional.ofNullable(
                fromFlags.getOrDefault(SettingKey.STATE_DIR.key(), fromEnvironment.get(SettingKey.STATE_DIR.key())));
        Path stateDir = movedStateDir
                .filter(text -> !text.isEmpty())
                .map(surroundings::resolve)
                .orElseGet(surroundings::stateDirectory);
        readFile(configFile.map(file -> surroundings.resolve(file.toString())), stateDir);
        // Neither SmallRye's own sources nor its interceptors: a password may hold ${}, and nothing else is read.
        this.config = builder.build();
    }

    static SettingsSources read(Surroundings surroundings, Optional<Path> configFile, List<String> flags) {
        return new SettingsSources(surroundings, configFile, flags);
    }

    List<Problem> problems() {
        return problems;
    }

    /** The text that counts, if any was given; an empty one stands for the default. */
    Optional<Given> find(SettingKey key) {
        ConfigValue value = config.getConfigValue(key.key());
        String text = value.getValue();
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (value.getConfigSourceOrdinal()) {
                    case FLAG_ORDINAL -> new Given(text, FLAG_PREFIX + key.key(), FLAG_PREFIX + key.key());
                    case ENVIRONMENT_ORDINAL -> {
                        String name = environmentNames.getOrDefault(key, key.environmentName());
                        yield new Given(text, name, name);
                    }
                    default -> new Given(text, yamlName, key.key() + " in " + yamlName);
                });
    }

    private void add(Map<String, String> texts, String name, int ordinal) {
        builder.withSources(new PropertiesConfigSource(texts, name, ordinal));
    }

    private Map<String, String> readFlags(List<String> flags) {
        Map<String, String> texts = new TreeMap<>();
        for (String flag : flags) {
            int equals = flag.indexOf('=');
            String key = flag.substring(FLAG_PREFIX.length(), equals < 0 ? flag.length() : equals);
            Optional<SettingKey> setting = SettingKey.find(key);
            if (setting.isEmpty()) {
                problems.add(new Problem(FLAG_PREFIX + key, unknown(key, FLAG_PREFIX)));
            } else if (equals < 0) {
                problems.add(new Problem(flag, "it needs a value: " + flag + "=<value>."));
            } else if (holdsSecret(setting.get(), flag.substring(equals + 1))) {
                problems.add(new Problem(
                        FLAG_PREFIX + key,
                        "everybody on this machine reads arguments in the list of processes, and this one holds a"
                                + " password: put it into a file and name that with "
                                + setting.get().environmentName() + "_FILE, or write it in lethe.yaml."));
            } else {
                texts.put(key, flag.substring(equals + 1).strip());
            }
        }
        return texts;
    }

    /** A URL may come without a password: where the server lets its own machine in, or asks for a certificate. */
    private static boolean holdsSecret(SettingKey key, String text) {
        return key.isSecret()
                && (key != SettingKey.DATABASE_URL
                        || PASSWORD_IN_URL.matcher(text).find());
    }

    /** An empty variable counts as not set, as those who start containers expect. */
    private Map<String, String> readEnvironment() {
        Map<String, String> texts = new TreeMap<>();
        Map<String, String> unread = new TreeMap<>(surroundings.environment());
        unread.keySet().removeIf(name -> !name.startsWith(ENVIRONMENT_PREFIX) || OTHER_VARIABLES.contains(name));
        for (SettingKey key : SettingKey.values()) {
            Optional<String> text = take(unread, key.environmentName());
            Optional<String> file = key.environmentFileName().flatMap(name -> take(unread, name));
            if (text.isPresent() && file.isPresent()) {
                problems.add(new Problem(
                        key.environmentName() + " and " + key.environmentName() + "_FILE",
                        "both are set: give one of them."));
            }
            text.or(() -> file.flatMap(path -> readSecret(key, path))).ifPresent(value -> texts.put(key.key(), value));
        }
        unread.forEach((name, text) -> {
            if (!isServiceLink(name, text)) {
                problems.add(new Problem(name, unknownVariable(name)));
            }
        });
        return texts;
    }

    private static Optional<String> take(Map<String, String> variables, String name) {
        return Optional.ofNullable(variables.remove(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    private Optional<String> readSecret(SettingKey key, String path) {
        String name = key.environmentName() + "_FILE";
        environmentNames.put(key, name);
        try {
            return Optional.of(Files.readString(surroundings.resolve(path)).strip());
        } catch (IOException | IllegalArgumentException e) {
            problems.add(new Problem(
                    name, "the file '" + path + "' cannot be read: give the path of a file that holds the secret."));
            return Optional.empty();
        }
    }

    /** Kubernetes puts such variables into every pod beside a service that is called {@code lethe}. */
    private static boolean isServiceLink(String name, String text) {
        return name.matches("LETHE_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|LETHE_PORT_[0-9]+_(TCP|UDP)(_(PROTO|PORT|ADDR))?")
                || (name.equals("LETHE_PORT") && text.matches("(tcp|udp)://.*"));
    }

    private static String unknownVariable(String name) {
        List<String> names = Arrays.stream(SettingKey.values())
                .flatMap(key -> Optional.of(key.environmentName()).stream()
                        .flatMap(variable -> Stream.concat(Stream.of(variable), key.environmentFileName().stream())))
                .toList();
        return unknown(Nearest.to(name, names));
    }

    private static String unknown(String key, String prefix) {
        List<String> keys =
                Arrays.stream(SettingKey.values()).map(SettingKey::key).toList();
        List<String> below =
                keys.stream().filter(known -> known.startsWith(key + ".")).toList();
        if (!key.isEmpty() && !below.isEmpty()) {
            return "it is a group of settings, not one: " + String.join(", ", below) + ".";
        }
        return unknown(Nearest.to(key, keys).map(prefix::concat));
    }

    private static String unknown(Optional<String> nearest) {
        return "there is no such setting"
                + nearest.map(word -> "; did you mean " + word + "?").orElse("; 'lethe config --help' lists all.");
    }

    private void readFile(Optional<Path> chosen, Path stateDir) {
        Path inState = stateDir.resolve(FILE_NAME);
        Optional<Path> file = chosen.or(() -> List.of(surroundings.resolve(FILE_NAME), inState).stream()
                .filter(Files::exists)
                .findFirst());
        if (file.isEmpty()) {
            return;
        }
        Path directory = surroundings.workingDirectory();
        yamlName = (file.get().startsWith(directory) ? directory.relativize(file.get()) : file.get()).toString();
        Map<String, String> texts = new TreeMap<>();
        readYaml(file.get()).forEach((key, text) -> {
            if (SettingKey.find(key).isPresent()) {
                texts.put(key, text);
            } else {
                problems.add(new Problem(key + " in " + yamlName, unknown(key, "")));
            }
        });
        if (file.get().equals(inState) && texts.containsKey(SettingKey.STATE_DIR.key()) && chosen.isEmpty()) {
            problems.add(new Problem(
                    SettingKey.STATE_DIR.key() + " in " + yamlName,
                    "a file that was found in the state directory cannot move it: remove the line."));
        }
        add(texts, yamlName, YAML_ORDINAL);
    }

    /** The file's keys, dotted, however they were nested. */
    private Map<String, String> readYaml(Path file) {
        Map<String, String> texts = new TreeMap<>();
        try {
            String yaml = Files.readString(file);
            Map<String, String> flat = new YamlConfigSource(yamlName, yaml).getProperties();
            if (flat.isEmpty()
                    && yaml.lines().anyMatch(line -> !line.isBlank() && !line.matches("(#|---|\\.\\.\\.|\\{\\}).*"))) {
                problems.add(new Problem(yamlName, "it holds no settings: write them as 'key: value', one a line."));
            }
            flat.forEach((name, text) -> {
                // SmallRye quotes keys with dots, and gives a list twice: in one text, its commas escaped, and by
                // index.
                String key = name.replace("\"", "").replaceAll("\\[[0-9]+].*", "");
                boolean isElement = name.indexOf('[') >= 0 && flat.containsKey(name.substring(0, name.indexOf('[')));
                boolean isAgain =
                        !isElement && texts.put(key, text.replace("\\,", ",").strip()) != null;
                if (isAgain && name.indexOf('[') < 0) {
                    problems.add(new Problem(key + " in " + yamlName, "it is given twice: keep one."));
                }
            });
        } catch (MarkedYAMLException e) {
            // Not its message, which quotes the line: that may hold a password.
            String line = e.getProblemMark() == null
                    ? ""
                    : " in line " + (e.getProblemMark().getLine() + 1);
            problems.add(new Problem(yamlName, "it is not valid YAML" + line + ": " + e.getProblem() + "."));
        } catch (IOException | RuntimeException e) {
            problems.add(
                    new Problem(yamlName, "it cannot be read: " + e.getClass().getSimpleName() + "."));
        }
        return texts;
    }
}
