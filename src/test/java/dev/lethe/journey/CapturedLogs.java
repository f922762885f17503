package dev.lethe.journey;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.slf4j.LoggerFactory;

/**
 * All that this JVM logs while it is open, in place of the console: Lethe's own loggers and Vert.x' router from DEBUG, every other
 * library's from TRACE, and what goes to {@code java.util.logging}. Thread-safe.
 */
public final class CapturedLogs implements AutoCloseable {
    private static final String OURS = "dev.lethe";
    /** Its router writes the address of every request at TRACE; logback.xml keeps all of Vert.x at WARN. */
    private static final String ROUTER = "io.vertx.ext.web";

    private final Logger root;
    /** Loggers that have a level of their own, and which. */
    private final Map<Logger, Level> levels = new LinkedHashMap<>();

    private final List<Appender<ILoggingEvent>> replaced = new ArrayList<>();
    private final java.util.logging.Logger jul = java.util.logging.Logger.getLogger("");
    private final java.util.logging.Level julLevel;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getLoggerName() + " " + event.getThreadName() + " " + event.getFormattedMessage() + " "
                    + event.getMDCPropertyMap() + " " + ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
    };
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            lines.add(record.getLoggerName() + " " + record.getMessage() + " "
                    + List.of(record.getParameters() == null ? new Object[0] : record.getParameters()) + " "
                    + record.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    public CapturedLogs() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        for (Logger logger : context.getLoggerList()) {
            if (logger.getLevel() != null) {
                levels.put(logger, logger.getLevel());
                logger.setLevel(logger.equals(root) ? Level.TRACE : null);
            }
        }
        root.iteratorForAppenders().forEachRemaining(replaced::add);
        replaced.forEach(root::detachAppender);
        appender.setContext(context);
        appender.start();
        root.addAppender(appender);
        context.getLogger(OURS).setLevel(Level.DEBUG);
        context.getLogger(ROUTER).setLevel(Level.DEBUG);
        julLevel = jul.getLevel();
        handler.setLevel(java.util.logging.Level.ALL);
        jul.addHandler(handler);
    }

    public String text() {
        return String.join("\n", lines);
    }

    public int size() {
        return lines.size();
    }

    /** What a test has logged itself, as its control, says nothing about Lethe. */
    public void forget() {
        lines.clear();
    }

    @Override
    public void close() {
        root.detachAppender(appender);
        appender.stop();
        replaced.forEach(root::addAppender);
        root.getLoggerContext().getLogger(OURS).setLevel(null);
        root.getLoggerContext().getLogger(ROUTER).setLevel(null);
        levels.forEach(Logger::setLevel);
        jul.removeHandler(handler);
        jul.setLevel(julLevel);
    }
}
