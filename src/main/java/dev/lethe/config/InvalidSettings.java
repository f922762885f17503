package dev.lethe.config;

import java.util.List;
import java.util.stream.Collectors;

/** The settings cannot be used; holds every problem that was found, not just the first. Never holds a secret's text. */
public final class InvalidSettings extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    public InvalidSettings(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** In the order of {@link SettingKey}, unknown keys first. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * @param from where the value came from: a file, an environment variable, a flag, or the key of what is missing
     * @param sentence what is wrong and what would be right
     */
    public record Problem(String from, String sentence) {
        @Override
        public String toString() {
            return from + ": " + sentence;
        }
    }
}
