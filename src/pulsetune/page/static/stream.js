// The session as the server tells it: one stream, kept in one place, for whoever watches.

const QUIET_MS = 3000; // a running session speaks four times a second; after this the screen must not look live

export const live = { hosted: null, view: null, spans: [], points: [], moments: [], curve: -1, heardAt: 0, connected: false };

const watchers = new Set();
let source = null;
let ended = false;

export function watch(callback) {
  watchers.add(callback);
  if (live.hosted) callback(live);
  return () => watchers.delete(callback);
}

export const isStale = () => !live.connected || performance.now() - live.heardAt > QUIET_MS;

export const running = () => ["starting", "running"].includes(live.hosted?.state);

function take(message) {
  if (message.curve !== live.curve || message.from_point === 0) {
    live.curve = message.curve;
    live.points = [];
    live.moments = [];
  }
  live.hosted = message.hosted;
  live.view = message.view;
  live.spans = message.spans;
  live.points.length = message.from_point;
  live.points.push(...message.points);
  live.moments.length = message.from_moment;
  live.moments.push(...message.moments);
  live.heardAt = performance.now();
  tell();
}

function tell() {
  for (const callback of [...watchers]) callback(live);
}

export function connect() {
  source = new EventSource("/events");
  source.onopen = () => {
    live.connected = true;
    ended = false;
    tell();
  };
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.addEventListener("bye", () => {
    ended = true;
  });
  source.onerror = () => {
    live.connected = false;
    tell();
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000); // a refusal closes it for good; ask again
  };
}

export const saidGoodbye = () => ended;
