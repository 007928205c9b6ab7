/** fetchFile has the browser save a file that the API has made a link for. Links are below this server's address. */
export function fetchFile(file: { url: string; fileName: string }): void {
  const a = document.createElement('a');
  a.href = new URL(file.url, location.origin).href;
  a.download = file.fileName;
  document.body.append(a);
  a.click();
  a.remove();
}

/** saveText has the browser save a text that was made here. */
export function saveText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  fetchFile({ url, fileName: name });
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
