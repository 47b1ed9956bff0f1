// Asking the server. A refusal is an Error with a sentence for people.

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Error("PulseTune does not answer. Is it still running?");
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const text = await answer.text();
  let said;
  try {
    const { message, hint } = JSON.parse(text);
    said = [message, hint].filter(Boolean).join(" ");
  } catch {
    said = text.trim();
  }
  throw new Error(said || `PulseTune answered ${answer.status}.`);
}

export const get = (path) => ask(path);

export const post = (path, body = {}) =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
