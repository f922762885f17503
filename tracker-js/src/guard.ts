export const warn = (problem: unknown): void => console.warn('lethe:', problem);

/** `act`, but whatever goes wrong inside becomes a warning and never reaches the page. */
export const guarded =
  <A extends any[]>(act: (...args: A) => void) =>
  (...args: A): void => {
    try {
      act(...args);
    } catch (problem) {
      warn(problem);
    }
  };

/** Listens to the whole page before anybody else, without ever cancelling what an event would do. */
export function listen<E extends Event>(types: string, handle: (event: E) => void): void {
  for (const type of types.split(' ')) addEventListener(type, guarded(handle) as EventListener, true);
}
