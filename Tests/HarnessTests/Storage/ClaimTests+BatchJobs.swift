import Processes
import ScratchFiles
import Storage
import Testing

// Claims of batch jobs that are started again.
extension ClaimTests {
    private func job(_ count: Int, name: String = "slurm alps 12") -> ClaimHolder {
        var holder = stranger
        holder.batchJob = BatchJob(name: name, starts: [count])
        return holder
    }

    @Test func aClaimOfTheJobBeforeItsRequeueIsTakenAtOnce() throws {
        _ = try taken(job(0))
        #expect(user(try take(job(0))) != nil, "another step of the same start")
        #expect(user(try take(job(1, name: "slurm alps 13"))) != nil, "another job")
        #expect(user(try take(job(1, name: "slurm jura 12"))) != nil, "another cluster")
        #expect(user(try take(own)) != nil, "no job")
        let (claim, notice) = try taken(job(1))
        #expect(notice?.hasSuffix(", which ended before this job was started again: taken over") == true)
        #expect(try claim.isStillHeld() && user(take(job(0))) != nil, "a later start keeps its claim")
    }

    /// Two runs in one allocation, one of which has Slurm's restart count of another start: both are alive.
    @Test func aClaimOfALivingProcessIsKeptWhateverItsJob() throws {
        var living = own
        living.batchJob = BatchJob(name: "slurm alps 12", starts: [0])
        var later = living
        later.batchJob = BatchJob(name: "slurm alps 12", starts: [1])
        _ = try taken(living)
        let unfinished = "\(folder)/curve.csv.tmp-\(CurrentProcess.identity)"
        put([1], at: unfinished)
        #expect(user(try take(later)) == living.name)
        #expect(files(below: folder).contains { "\(folder)/\($0)" == unfinished })
    }
}
