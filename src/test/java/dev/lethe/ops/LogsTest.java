package dev.lethe.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.lethe.config.Settings;
import dev.lethe.config.Settings.LogFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** In processes of their own: what a process logs is set once, for all of it. */
class LogsTest {
    /** Logs one line at each level. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            var log = new Settings.Log(LogFormat.valueOf(arguments[1]));
            if (arguments[0].equals("server")) {
                Logs.ofServer(log);
            } else {
                Logs.ofCommand(log);
            }
            Logger logger = LoggerFactory.getLogger("dev.lethe.Collector");
            logger.info("started in {} ms", 12);
            logger.warn("stopping");
        }
    }

    @Test
    void writesOneLineAnEventForPeople() throws Exception {
        List<String> lines = logged("server", "TEXT");
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(
                lines.getFirst().matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z INFO  Collector: started in 12 ms"),
                lines.getFirst());
    }

    @Test
    void writesOneObjectAnEventForMachines() throws Exception {
        List<String> lines = logged("server", "JSON");
        assertEquals(2, lines.size(), lines::toString);
        List<String> names = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(lines.getFirst())) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    names.add(json.currentName());
                }
            }
        }
        assertEquals(
                List.of("timestamp", "level", "threadName", "loggerName", "mdc", "formattedMessage", "throwable"),
                names);
    }

    @Test
    void commandsLogOnlyWhatGoesWrong() throws Exception {
        List<String> lines = logged("command", "TEXT");
        assertEquals(1, lines.size(), lines::toString);
        assertFalse(lines.getFirst().contains("INFO"), lines.getFirst());
    }

    private static List<String> logged(String kind, String format) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        kind,
                        format)
                .start();
        String text = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return text.lines().toList();
    }
}
