package dev.lethe.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import dev.lethe.config.Settings;
import dev.lethe.config.Settings.LogFormat;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/**
 * How this process logs: always to stderr, by {@code logback.xml}, as lines for people or JSON for machines. Called once at
 * start, before other threads log.
 */
public final class Logs {
    /** The appender's name in {@code logback.xml}. */
    private static final String APPENDER = "stderr";

    private Logs() {}

    /** For a process that stays: what it does, and what goes wrong. */
    public static void ofServer(Settings.Log log) {
        configure(log.format(), Level.INFO);
    }

    /** For a command that answers on the terminal: only what goes wrong. */
    public static void ofCommand(Settings.Log log) {
        configure(log.format(), Level.WARN);
    }

    private static void configure(LogFormat format, Level level) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        // Another factory answers while logging still starts, or when somebody replaced logback.
        if (!(factory instanceof LoggerContext context)) {
            return;
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        Appender<ILoggingEvent> appender = root.getAppender(APPENDER);
        if (format == LogFormat.JSON && appender instanceof OutputStreamAppender<ILoggingEvent> stream) {
            stream.stop();
            stream.setEncoder(json(context));
            stream.start();
        }
    }

    private static JsonEncoder json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return encoder;
    }
}
