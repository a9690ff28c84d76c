import Failures
import Glibc

/// Runs `body` and converts its HDF5 errors to bad input, or to an I/O error if the system failed to read the file.
package func rewordingHDF5Errors<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as HDF5Error {
        switch error.reason {
        case .system(_, let code) where code != ENOENT && code != ENOTDIR: throw HarnessError.inputs("\(error)", .io)
        case .system(_, let code):
            let found = String(cString: strerror(code))
            throw HarnessError.badInput("\(error.file): expected a readable HDF5 file, found \(found)")
        case .notRegular(let found):
            throw HarnessError.badInput("\(error.file): expected a readable HDF5 file, found \(found)")
        default: break
        }
        throw HarnessError.badInput("\(error)")
    }
}
