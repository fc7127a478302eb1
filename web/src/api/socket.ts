/** A WebSocket of the recorder that is opened again whenever it closes, with a back-off. */

const FIRST_MS = 500;
const LONGEST_MS = 8000;

export interface Feed {
  close: () => void;
}

/** Follows `path()`, which is asked anew for each connection; every text message is handed on as JSON. */
export function follow(path: () => string, take: (message: unknown) => void): Feed {
  let socket: WebSocket | null = null;
  let wait = FIRST_MS;
  let timer = 0;
  let isClosed = false;

  function open(): void {
    const address = new URL(path(), location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(address);
    socket.onmessage = (message: MessageEvent<unknown>) => {
      wait = FIRST_MS;
      if (typeof message.data === "string") take(JSON.parse(message.data));
    };
    socket.onclose = () => {
      if (isClosed) return;
      timer = window.setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_MS);
    };
  }

  open();
  return {
    close: () => {
      isClosed = true;
      window.clearTimeout(timer);
      socket?.close();
    },
  };
}
