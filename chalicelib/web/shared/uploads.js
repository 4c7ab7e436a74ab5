// A file on its way up: it is awaited, and tried again as often as what it belongs to.

export class Upload {
  made = null;
  failed = null;
  progress = 0; // of 1
  onprogress = () => {};
  #going = null;
  #stop = null;

  /** `file` is what the browser has; `made` an attachment that is up already. */
  constructor(api, file, made = null) {
    Object.assign(this, { api, file, made, name: made?.name ?? (file.name || "file"), size: made?.size ?? file.size });
  }

  /** The attachment; the problem why it is not there. Who asks again tries again. */
  up() {
    if (this.made) return Promise.resolve(this.made);
    this.failed = null;
    this.#stop ??= new AbortController();
    const told = (part) => {
      this.progress = part;
      this.onprogress();
    };
    this.#going ??= this.api.upload(this.file, told, this.#stop.signal).then(
      (made) => {
        this.failed = null;
        return (this.made = made);
      },
      (problem) => {
        this.failed = problem;
        throw problem;
      },
    ).finally(() => {
      this.#going = this.#stop = null;
      this.progress = 0;
    });
    return this.#going;
  }

  /** It is wanted no more: what is on its way stops. */
  cancel() {
    this.#stop?.abort();
  }
}

/** What of an attachment is kept and shown: no more than that. */
export const keepable = ({ id, name, size, type, url }) => ({ id, name, size, type, url });

/** What a draft keeps of its uploads: `files` that are up, and the names of those that are `going`. */
export const kept = (uploads) => ({
  files: uploads.filter((upload) => upload.made).map((upload) => keepable(upload.made)),
  going: uploads.filter((upload) => !upload.made).map((upload) => upload.name),
});

/** Uploads again of what was kept. */
export const again = (api, files) => files.map((made) => new Upload(api, null, made));

/** Of a message that could not be sent, the uploads that can be sent with another one. */
export const left = (api, uploads) => uploads.filter((upload) => upload.made || upload.file).map((upload) => (upload.made ? new Upload(api, null, upload.made) : upload));
