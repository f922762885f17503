package dev.lethe;

import dev.lethe.config.Settings;
import java.util.List;

/** Stands where the collector is wired in: every operation is refused. */
final class MissingOperations implements Operations {
    @Override
    public int serve(Settings settings) {
        throw missing();
    }

    @Override
    public SiteRow addSite(Settings settings, NewSite site) {
        throw missing();
    }

    @Override
    public List<SiteRow> sites(Settings settings) {
        throw missing();
    }

    @Override
    public RetentionResult retention(Settings settings, RetentionRequest request) {
        throw missing();
    }

    @Override
    public List<KeyRow> keys(Settings settings) {
        throw missing();
    }

    @Override
    public String databaseUrl(Settings settings, Role role) {
        throw missing();
    }

    @Override
    public String roleStatements(Settings settings) {
        throw missing();
    }

    @Override
    public List<Check> doctor(Settings settings) {
        throw missing();
    }

    private static UnsupportedOperationException missing() {
        return new UnsupportedOperationException("the collector is not wired in");
    }
}
