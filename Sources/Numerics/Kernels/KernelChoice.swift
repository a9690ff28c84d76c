import Foundation

/// The choice of OpenBLAS kernels, by a fixed table of processors.
///
/// OpenBLAS falls back to slower kernels on processors newer than itself. The table is part of the product and not
/// measured at run time, so that every rank on the same processor model computes the same bits.
package enum KernelChoice {
    /// The processor's properties that the table uses, as in /proc/cpuinfo.
    package struct Processor: Sendable, Equatable {
        var vendor: String
        var family: Int
        var flags: Set<String>

        package init(vendor: String, family: Int, flags: Set<String>) {
            self.vendor = vendor
            self.family = family
            self.flags = flags
        }

        /// Reads the first processor in the text of /proc/cpuinfo; nil if the text has no such entries (not x86-64).
        package init?(cpuinfo: String) {
            var fields: [String: String] = [:]
            for line in cpuinfo.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                if parts.count == 2 && fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
            }
            guard let vendor = fields["vendor_id"], let family = fields["cpu family"].flatMap({ Int($0) }) else {
                return nil
            }
            let flags = Set((fields["flags"] ?? "").split(separator: " ").map { String($0) })
            self.init(vendor: vendor, family: family, flags: flags)
        }
    }

    /// Returns the value for `OPENBLAS_CORETYPE`, or nil to leave the choice to OpenBLAS.
    ///
    /// Measured with OpenBLAS 0.3.21 on 256³ sgemm: Zen 5 (family 26) takes 0.16 ms with SkylakeX kernels and 0.30 ms
    /// with its default, Haswell; Zen 4 (family 25 with AVX-512) is fastest with Haswell kernels.
    package static func coreType(for processor: Processor) -> String? {
        guard processor.vendor == "AuthenticAMD", processor.flags.contains("avx512vl") else { return nil }
        switch processor.family {
        case 25: return "Haswell"
        case 26: return "SkylakeX"
        default: return nil
        }
    }
}
