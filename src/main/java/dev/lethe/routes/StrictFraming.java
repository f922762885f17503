package dev.lethe.routes;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.List;

/**
 * Refuses HTTP/1 requests about whose length a proxy in front might think otherwise, so that nobody hides a second request in a body
 * (RFC 9112, 11.2). Netty refuses two lengths, a length beside a coding, and what only looks like a number; this refuses every
 * transfer coding but plain {@code chunked}, which nobody needs. One a connection, on its event loop.
 */
final class StrictFraming extends ChannelInboundHandlerAdapter {
    private boolean refused;

    private StrictFraming() {}

    /** Without a trace, which nobody reads. */
    private static final class UnknownCoding extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnknownCoding() {
            super("a transfer coding other than chunked", null, false, false);
        }
    }

    /** Looks at an HTTP/1 connection's requests from now on; leaves others alone. HTTP/2 has its own framing. */
    static void watch(HttpConnection connection) {
        if (connection instanceof HttpServerConnection server) {
            ChannelPipeline pipeline = server.channelHandlerContext().pipeline();
            if (pipeline.get("httpDecoder") != null) {
                pipeline.addAfter("httpDecoder", "lethe-strict-framing", new StrictFraming());
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object part) {
        if (refused) {
            // The connection is being closed; what still comes is nobody's request.
            ReferenceCountUtil.release(part);
            return;
        }
        if (part instanceof HttpRequest request && request.decoderResult().isSuccess() && !isPlain(request)) {
            refused = true;
            request.setDecoderResult(DecoderResult.failure(new UnknownCoding()));
        }
        context.fireChannelRead(part);
    }

    private static boolean isPlain(HttpRequest request) {
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return codings.isEmpty()
                || (codings.size() == 1
                        && codings.get(0).equalsIgnoreCase("chunked")
                        && request.protocolVersion().equals(HttpVersion.HTTP_1_1));
    }
}
