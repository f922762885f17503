package dev.lethe.visitor;

import java.util.UUID;

/**
 * What stands for a visitor in the raw events of one site and one month: 16 bytes that cannot be turned back, nor joined to another
 * month's or site's, once the month's key is destroyed. Personal data until then, so it prints nothing of itself.
 */
public record Pseudonym(UUID value) {
    @Override
    public String toString() {
        return "(pseudonym)";
    }
}
