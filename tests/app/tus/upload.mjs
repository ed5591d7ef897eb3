// Uploads a file with tus-js-client as it comes, through whatever is between here and the service.
// Arguments: the address of uploads, the file. Prints the upload's address and exits 0 once it is all there.
import { createReadStream, statSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const [endpoint, file] = process.argv.slice(2)
const upload = new Upload(createReadStream(file), {
  endpoint,
  uploadSize: statSync(file).size,
  chunkSize: Infinity,
  retryDelays: [0, 50, 200, 500, 1000],
  onError: (error) => {
    console.error(error.message)
    process.exit(1)
  },
  onSuccess: () => console.log(upload.url),
})
upload.start()
