package dev.lethe.classify;

import java.util.Optional;

/** Where a page was reached from, immutable: a public host name without anything personal, and the channel it stands for. */
public record Referrer(Optional<String> host, Channel channel) {}
