package dev.lethe.config;

/**
 * One setting as it is in force: its text, hidden when it is a secret, and where it came from ({@code default},
 * {@code lethe.yaml}, {@code LETHE_PUBLIC_PORT}, {@code --public.port}). Immutable; {@code text} is empty for what is absent.
 */
public record EffectiveValue(SettingKey key, String text, String from) {}
