// A program that was asked for on its own screen, for the home screen to choose.

let name = null;

export function askFor(program) {
  name = program;
}

/** Its name, once. */
export function asked() {
  const program = name;
  name = null;
  return program;
}
