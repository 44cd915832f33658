// The one way to the wallbox's API: JSON in and out, the session's CSRF token, errors as one class,
// uploads with progress. It knows no page; who is told of an ended session says `onLoggedOut`.

export const BASE = "/api/v1/";
const TIMEOUT_MS = 20_000; // a scan for Wi-Fi networks takes up to 15 s

export interface FieldError {
  code: string;
  field: string | null;
  came?: unknown;
  allowed?: string | null;
  message: string;
}

/** What the wallbox, or the way to it, has answered instead of what was wanted. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number, // 0: no answer at all
    readonly errors: FieldError[],
    readonly retryAfterS: number | null = null,
  ) {
    super(errors.map((error) => error.message).join("\n") || `HTTP ${status}`);
  }
}

export const hooks = {
  csrf: (): string | null => null,
  language: (): string => "en",
  onLoggedOut: (): void => undefined,
};

export type Query = Record<string, string | number | boolean | null | undefined>;

/** The address of `path`, in the language of the page, for links as well as for calls. */
export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams({ language: hooks.language() });
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  return `${BASE}${path}?${parameters}`;
}

export const get = <T>(path: string, query?: Query): Promise<T> => call("GET", path, undefined, query);
export const post = <T>(path: string, body?: unknown): Promise<T> => call("POST", path, body ?? {});
export const put = <T>(path: string, body: unknown): Promise<T> => call("PUT", path, body);
export const patch = <T>(path: string, body: unknown): Promise<T> => call("PATCH", path, body);
export const del = <T>(path: string, query?: Query): Promise<T> =>
  call("DELETE", path, undefined, query);

async function call<T>(method: string, path: string, body?: unknown, query?: Query): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = hooks.csrf() ?? "";
  let response: Response;
  try {
    response = await fetch(address(path, query), {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApiProblem(0, []);
  }
  const answer = parsed(await response.text());
  if (!response.ok) throw problem(response.status, answer, response.headers.get("Retry-After"));
  return answer as T;
}

/** Send a file as the request's content; `onProgress` is told the share which is sent, 0 … 1. */
export function upload<T>(
  path: string,
  file: File,
  headers: Record<string, string>,
  onProgress: (share: number) => void,
): Promise<T> {
  // XMLHttpRequest, for fetch tells no progress of what it sends.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(path));
    request.setRequestHeader("X-CSRF-Token", hooks.csrf() ?? "");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.total ? event.loaded / event.total : 0);
    request.onerror = request.onabort = () => reject(new ApiProblem(0, []));
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 400) resolve(answer as T);
      else reject(problem(request.status, answer, request.getResponseHeader("Retry-After")));
    };
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null; // a proxy's page instead of an answer: the status says enough
  }
}

function problem(status: number, answer: unknown, retryAfter: string | null): ApiProblem {
  const listed = (answer as { errors?: FieldError[] } | null)?.errors;
  const result = new ApiProblem(status, Array.isArray(listed) ? listed : [], Number(retryAfter) || null);
  if (result.errors.some((error) => error.code === "not_logged_in")) hooks.onLoggedOut();
  return result;
}
