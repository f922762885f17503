package dev.lethe.beacon;

/**
 * Why a body is no list of beacons: a wrong one is an expected outcome, so this is a value. It says what would be right and never
 * what was sent.
 *
 * @param field such as {@code [3].url}, or {@code url} when the body is a single beacon; empty when it is no field's fault
 */
record Rejection(String field, String detail) implements BeaconParser.Result {}
