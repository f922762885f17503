package dev.lethe.classify;

/** Where a visit comes from, in the words of an acquisition report, immutable; a campaign that names its medium decides before the host. */
public enum Channel implements Coded {
    DIRECT(1, "direct"),
    SEARCH(2, "search"),
    SOCIAL(3, "social"),
    EMAIL(4, "email"),
    AI_ASSISTANT(5, "ai_assistant"),
    REFERRAL(6, "referral"),
    CAMPAIGN(7, "campaign");

    private final short code;
    private final String label;

    Channel(int code, String label) {
        this.code = (short) code;
        this.label = label;
    }

    @Override
    public short code() {
        return code;
    }

    @Override
    public String label() {
        return label;
    }
}
