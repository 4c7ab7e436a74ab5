// A file on its way up: it is awaited, and tried again as often as what it belongs to.

export class Upload {
  made = null;
  failed = null;
  #going = null;

  /** `file` is what the browser has; `made` an attachment that is up already. */
  constructor(api, file, made = null) {
    Object.assign(this, { api, file, made, name: made?.name ?? (file.name || "file"), size: made?.size ?? file.size });
  }

  /** The attachment; the problem why it is not there. Who asks again tries again. */
  up() {
    if (this.made) return Promise.resolve(this.made);
    this.#going ??= this.api.upload(this.file).then(
      (made) => {
        this.failed = null;
        return (this.made = made);
      },
      (problem) => {
        this.failed = problem;
        throw problem;
      },
    ).finally(() => (this.#going = null));
    return this.#going;
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
