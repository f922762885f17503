package dev.lethe.rights;

import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import io.vertx.core.Future;
import java.util.Optional;

/** Takes each step at the request desk to its end: the right, the record, the letter. Thread-safe. */
public final class DeskClerk {
    private final RequestDesk desk;
    private final RightsByCode rights;
    private final Letters letters;
    private final Sites sites;

    public DeskClerk(RequestDesk desk, RightsByCode rights, Letters letters, Sites sites) {
        this.desk = desk;
        this.rights = rights;
        this.letters = letters;
        this.sites = sites;
    }

    /**
     * Where the request stands after a step, and what goes to the requester.
     *
     * @param urgency how urgent it is today; empty when it has ended
     * @param copy the visitor's data, when the right was to get them
     */
    public record Answer(
            Request request, Optional<Deadline.Urgency> urgency, String letter, Optional<RightsByCode.Copy> copy) {}

    /** Where a visitor's copy goes. */
    public interface PutAway {
        /** Completes when the copy is kept; fails when it cannot be. */
        Future<Void> keep(RequestId request, RightsByCode.Copy copy);
    }

    /**
     * Takes a step. Fails with {@link RequestDesk.NotPossible} when it cannot be taken; then nothing has changed.
     *
     * @param putAway for the visitor's copy; the request ends only when it is kept
     */
    public Future<Answer> take(DeskStep step, PutAway putAway) {
        return switch (step) {
            case DeskStep.Open open -> open(open);
            case DeskStep.Show show -> desk.get(show.request()).compose(this::answer);
            case DeskStep.Suspend suspend -> desk.suspend(suspend.request()).compose(this::answer);
            case DeskStep.Resume resume ->
                desk.resume(resume.request(), resume.on()).compose(this::answer);
            case DeskStep.CompleteByCode complete -> complete(complete, putAway);
            case DeskStep.CompleteStating complete ->
                desk.complete(complete.request(), complete.outcome()).compose(this::answer);
            case DeskStep.Refuse refuse ->
                desk.refuse(refuse.request(), refuse.reason(), refuse.earlier()).compose(this::answer);
        };
    }

    private Future<Answer> open(DeskStep.Open open) {
        return known(open.site())
                .compose(found -> {
                    Site site = found.orElseThrow(() -> new RequestDesk.NotPossible(
                            "There is no site " + open.site() + ": `lethe site list` names them."));
                    return desk.open(new RequestDesk.Opening(
                            site, open.kind(), open.language(), open.received(), open.contact()));
                })
                .compose(this::answer);
    }

    private Future<Optional<Site>> known(String name) {
        try {
            return sites.findFresh(new SiteId(name));
        } catch (IllegalArgumentException e) {
            return Future.succeededFuture(Optional.empty());
        }
    }

    private Future<Answer> complete(DeskStep.CompleteByCode complete, PutAway putAway) {
        return desk.get(complete.request())
                .compose(request -> rights.execute(request, complete))
                .compose(done -> done.copy()
                        .map(copy -> putAway.keep(complete.request(), copy))
                        .orElseGet(Future::succeededFuture)
                        .compose(kept -> desk.complete(complete.request(), done.outcome()))
                        .compose(this::answer)
                        .map(answer -> new Answer(answer.request(), answer.urgency(), answer.letter(), done.copy())));
    }

    private Future<Answer> answer(Request request) {
        return desk.contact(request.id())
                .map(contact -> new Answer(
                        request,
                        request.urgency(desk.today(request.site())),
                        letters.write(request, contact, desk.today(request.site())),
                        Optional.empty()));
    }
}
