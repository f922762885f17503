package dev.lethe;

import dev.lethe.Operations.SiteListResult;
import dev.lethe.config.InvalidSettings;
import dev.lethe.statistics.SiteList;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe site routes}: the pages, clicks and goals that a site is known to have. */
@Command(name = "routes", description = "The pages, clicks and goals that a site is known to have.")
final class SiteRoutesCommand extends CommandGroup {
    /** {@code lethe site routes import NAME FILE}. */
    @Command(
            name = "import",
            description = "Register pages, clicks and goals, which are published from then on whether visited or not.",
            footer = {
                "",
                "FILE is a sitemap, or a list with one entry a line:",
                "  /pricing",
                "  /docs/:page",
                "  click signup",
                "  goal Registration = click signup",
                "  goal Contact = page /contact/thanks",
                "",
                "On a site of the preset strict, pages outside the list are stored as /(other). Published tables have"
                        + " rows",
                "for 499 pages, the most visited first, and 500 named clicks; more of them count as (other)."
            })
    static final class Import implements Callable<Integer> {
        private final Invocation invocation;

        @Parameters(index = "0", paramLabel = "NAME", description = "The site.")
        private String name = "";

        @Parameters(index = "1", paramLabel = "FILE", description = "A sitemap.xml or a list.")
        private Path file = Path.of("");

        @Option(names = "--replace", description = "Forget what was registered before.")
        private boolean isReplacing;

        @Option(names = "--json", description = "Answer in JSON.")
        private boolean isJson;

        Import(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            SiteListResult result =
                    invocation.operations().importSiteList(invocation.settings(), name, file, isReplacing);
            if (isJson) {
                invocation.terminal().json(json -> {
                    json.writeStartObject();
                    json.writeNumberField("pages", result.pages());
                    json.writeNumberField("clicks", result.clicks());
                    json.writeNumberField("goals", result.goals());
                    json.writeNumberField("pages_beyond", result.beyond().pages());
                    json.writeNumberField("clicks_beyond", result.beyond().clicks());
                    json.writeEndObject();
                });
            } else {
                invocation
                        .terminal()
                        .line("Registered " + Terminal.count(result.pages(), "page") + ", "
                                + Terminal.count(result.clicks(), "click") + " and "
                                + Terminal.count(result.goals(), "goal") + " of " + name + ".");
                tellBeyond(result.beyond());
            }
            return 0;
        }

        private void tellBeyond(SiteList.Beyond beyond) {
            if (beyond.pages() > 0) {
                invocation
                        .terminal()
                        .line("Published tables have 499 pages, the most visited first: " + beyond.pages()
                                + " of those registered count as (other). A pattern such as /docs/:page is one page.");
            }
            if (beyond.clicks() > 0) {
                invocation
                        .terminal()
                        .line("Published tables have 500 named clicks, by the alphabet: " + beyond.clicks()
                                + " of those registered count as (other).");
            }
        }
    }
}
