// Pages read from a disk may start no workers, which the search is. There a hidden frame does its work.
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(address) {
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      this.inner = this.frame.contentWindow;
      this.inner.postMessage = (data) => this.answer(structuredClone(data));
      const script = this.inner.document.createElement("script");
      script.src = address;
      this.ready = new Promise((done) => (script.onload = done));
      this.inner.document.body.append(script);
    }
    postMessage(given) {
      const data = structuredClone(given);
      this.ready.then(() => this.inner.dispatchEvent(new this.inner.MessageEvent("message", { data })));
    }
    answer(data) {
      setTimeout(() => this.onmessage?.(new MessageEvent("message", { data })));
    }
    terminate() {
      this.frame.remove();
    }
  };
}
