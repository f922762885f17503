import { standing } from './standing.js';

/**
 * A request to an endpoint beside the script, with the cookies that scripts cannot see; it survives the page. What has
 * a body is a POST.
 */
export const ask = (path: string, body?: BodyInit, mode?: RequestMode): Promise<Response> =>
  fetch(standing.base + path, {
    method: body ? 'POST' : 'GET',
    body: body!,
    mode: mode!,
    credentials: 'include',
    keepalive: true,
  });

export const ofSite = (path: string): string => path + '?site=' + standing.site;
