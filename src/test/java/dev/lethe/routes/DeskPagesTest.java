package dev.lethe.routes;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.consent.TestCodes;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The request desk in the console, on a whole Lethe. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeskPagesTest {
    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now());
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    private HttpResponse<String> get(String path) {
        return lethe.sendAdmin(
                "GET", path, null, "Authorization", "Bearer " + lethe.adminToken(), "Accept-Language", "en");
    }

    private HttpResponse<String> post(String form, String... more) {
        String[] headers = new String[6 + more.length];
        System.arraycopy(
                new String[] {
                    "Authorization",
                    "Bearer " + lethe.adminToken(),
                    "Content-Type",
                    "application/x-www-form-urlencoded",
                    "Accept-Language",
                    "en"
                },
                0,
                headers,
                0,
                6);
        System.arraycopy(more, 0, headers, 6, more.length);
        return lethe.sendAdmin("POST", "/requests", form, headers);
    }

    private String open(String kind, String contact) {
        HttpResponse<String> opened = post("step=open&site=" + TestLethe.SITE + "&kind=" + kind
                + "&language=en&contact=" + URLEncoder.encode(contact, StandardCharsets.UTF_8));
        assertEquals(303, opened.statusCode(), opened::body);
        return opened.headers().firstValue("location").orElseThrow().replaceAll("/requests\\?request=|#chosen", "");
    }

    @Test
    void isForWhoeverSignedIn() {
        assertEquals(401, lethe.sendAdmin("GET", "/requests", null).statusCode());
        long before = lethe.count("select count(*) from rights.request");
        assertEquals(
                401,
                lethe.sendAdmin(
                                "POST",
                                "/requests",
                                "step=open&site=" + TestLethe.SITE + "&kind=access&language=en",
                                "Content-Type",
                                "application/x-www-form-urlencoded")
                        .statusCode());
        assertEquals(before, lethe.count("select count(*) from rights.request"));
    }

    @Test
    void takesNoStepForAnotherPage() {
        String form = "step=open&site=" + TestLethe.SITE + "&kind=access&language=en";
        assertEquals(403, post(form, "Origin", "https://elsewhere.test").statusCode());
        assertEquals(403, post(form, "Sec-Fetch-Site", "cross-site").statusCode());
        assertEquals(303, post(form, "Origin", lethe.adminUrl().toString()).statusCode(), "the control");
    }

    @Test
    void goesTheWholeWay() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        visitor.view("/by-console");
        String request = open("access", "<b>Someone</b> & others");
        String page = get("/requests?request=" + request).body();
        assertAll(
                () -> assertTrue(page.contains("&lt;b&gt;Someone&lt;/b&gt; &amp; others"), page),
                () -> assertFalse(page.contains("<b>Someone")),
                () -> assertTrue(page.contains("in time")),
                () -> assertTrue(page.contains("free of charge")));
        assertEquals(303, post("step=suspend&request=" + request).statusCode());
        assertTrue(get("/requests?request=" + request).body().contains("suspended: the requester’s turn"));
        assertEquals(303, post("step=resume&request=" + request + "&received=").statusCode());
        HttpResponse<String> wrong = post("step=complete&request=" + request + "&code=WRONG");
        assertEquals(400, wrong.statusCode());
        assertTrue(wrong.body().contains("not genuine"), wrong::body);
        HttpResponse<String> copy = post("step=complete&request=" + request + "&code=" + TestCodes.of(lethe, visitor));
        assertEquals(200, copy.statusCode());
        assertEquals(
                "attachment; filename=\"request-" + request + ".json\"",
                copy.headers().firstValue("content-disposition").orElseThrow());
        assertEquals("no-store", copy.headers().firstValue("cache-control").orElseThrow());
        assertTrue(copy.body().contains("/by-console"));
        assertFalse(get("/requests").body().contains(request), "it waits no more");
        assertTrue(get("/requests?all=1").body().contains(request));
    }

    @Test
    void asksForWhatACodeDoesNotSay() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        visitor.view("/by-console-too");
        String code = TestCodes.of(lethe, visitor);
        String portable = open("portability", "");
        assertTrue(get("/requests?request=" + portable).body().contains("name=\"format\""));
        HttpResponse<String> copy = post("step=complete&request=" + portable + "&format=csv&code=" + code);
        assertEquals(
                "attachment; filename=\"request-" + portable + ".csv\"",
                copy.headers().firstValue("content-disposition").orElseThrow());
        String event = copy.body().lines().toList().get(1).split(",", 2)[0];
        String wrong = open("rectification", "");
        assertTrue(get("/requests?request=" + wrong).body().contains("name=\"event\""));
        assertEquals(
                400, post("step=complete&request=" + wrong + "&code=" + code).statusCode(), "what is wrong?");
        assertEquals(
                303,
                post("step=complete&request=" + wrong + "&code=" + code + "&event=" + event)
                        .statusCode());
        assertEquals(0, lethe.count("select count(*) from raw.event where path = '/by-console-too'"));
    }

    @Test
    void refusesForms() {
        String request = open("erasure", "");
        for (String form : new String[] {
            "step=refuse&request=" + request,
            "step=refuse&request=" + request + "&reason=because",
            "step=refuse&request=" + request + "&reason=repetitive&earlier=",
            "step=state&request=" + request + "&outcome=executed",
            "step=complete&request=" + request + "&code=",
            "step=resume&request=" + request,
            "step=suspend&request=nonsense",
            "step=close&request=" + request,
            "step=open&site=nowhere.test&kind=access&language=en",
            "step=open&site=" + TestLethe.SITE + "&kind=access&language=de"
        }) {
            HttpResponse<String> answer = post(form);
            assertEquals(400, answer.statusCode(), form);
            assertTrue(answer.body().contains("role=\"alert\""), form);
        }
        assertEquals("open", lethe.text("select status from rights.request where request = '" + request + "'"));
        assertEquals(404, get("/requests?request=2222-2222").statusCode());
        assertEquals(
                303,
                post("step=refuse&request=" + request + "&reason=unfounded").statusCode());
    }
}
