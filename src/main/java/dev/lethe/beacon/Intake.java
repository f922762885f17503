package dev.lethe.beacon;

import dev.lethe.classify.Agent;
import dev.lethe.consent.Granted;
import dev.lethe.event.RawEvent;
import dev.lethe.visitor.Pseudonym;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What becomes of a request's body once there is consent, without the HTTP around it: the same parser and the same minimiser as the
 * beacon handler's, for beacons of another time. Stateless and thread-safe.
 */
public final class Intake {
    private final Minimiser minimiser;

    public Intake(Routes routes) {
        this.minimiser = new Minimiser(routes);
    }

    /**
     * Reads one beacon or an array of them.
     *
     * @param body as a tracker sends it
     * @param tag the visitor's tag, by which the writer skips who objected
     * @throws IllegalArgumentException when the handler would have answered 400; the message says what is wrong
     */
    public List<RawEvent> events(
            byte[] body,
            Granted granted,
            Instant receivedAt,
            Pseudonym pseudonym,
            UUID tag,
            Agent agent,
            Optional<String> country) {
        return switch (BeaconParser.parse(body, granted.site())) {
            case Rejection rejection ->
                throw new IllegalArgumentException(rejection.field() + ": " + rejection.detail());
            case BeaconParser.Beacons valid ->
                switch (minimiser.minimise(
                        valid.beacons(),
                        new Minimiser.Circumstances(granted, receivedAt, pseudonym, tag, agent, country))) {
                    case Minimiser.NotCounted wrong ->
                        throw new IllegalArgumentException(wrong.field() + ": " + wrong.detail());
                    case Minimiser.Events minimised -> minimised.events();
                };
        };
    }
}
