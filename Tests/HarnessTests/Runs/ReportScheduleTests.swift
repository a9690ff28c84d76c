import ManualClock
import Runs
import Storage
import Testing

@Suite struct ReportScheduleTests {
    private let time = ManualClock()

    private func schedule(hours: Double? = nil) -> ReportSchedule { ReportSchedule(hours: hours, clock: time.clock) }

    /// A case that resumes at step 500: its first step only starts the count.
    @Test func aReportEverySecond() {
        let schedule = schedule()
        schedule.caseBegins()
        time.advance(by: 30)
        #expect(schedule.rateToReport(at: 500, isUrgent: false) == nil)
        time.advance(by: 0.9)
        #expect(schedule.rateToReport(at: 590, isUrgent: false) == nil)
        time.advance(by: 1.1)
        #expect(schedule.rateToReport(at: 600, isUrgent: false) == 50)
        time.advance(by: 4)
        #expect(schedule.rateToReport(at: 600, isUrgent: false) == 0, "an evaluation makes no steps")
        schedule.caseBegins()
        #expect(schedule.rateToReport(at: 0, isUrgent: false) == nil)
        time.advance(by: 2)
        #expect(schedule.rateToReport(at: 20, isUrgent: false) == 10, "steps of the case before do not count")
    }

    @Test func aRequestToStopIsReportedAtOnce() {
        let schedule = schedule()
        #expect(schedule.rateToReport(at: 1, isUrgent: true) == nil)
        #expect(schedule.rateToReport(at: 2, isUrgent: true) == 1000, "no time has passed: finite nevertheless")
        #expect(schedule.rateToReport(at: 3, isUrgent: false) == nil)
    }

    @Test func aHeartbeatInEveryPhaseAndAtItsInterval() {
        let schedule = schedule()
        #expect(schedule.isHeartbeatDue(in: "start"))
        schedule.heartbeatWritten(in: "start")
        #expect(!schedule.isHeartbeatDue(in: "start") && schedule.isHeartbeatDue(in: "training"))
        time.advance(by: 0.99 * Heartbeat.interval)
        #expect(!schedule.isHeartbeatDue(in: "start"))
        time.advance(by: 0.01 * Heartbeat.interval)
        #expect(schedule.isHeartbeatDue(in: "start"))
        schedule.heartbeatWritten(in: "training")
        #expect(!schedule.isHeartbeatDue(in: "training"))
    }

    @Test func aLookForTheFileStopEverySecond() {
        let schedule = schedule()
        #expect(schedule.isLookForStopDue() && !schedule.isLookForStopDue())
        time.advance(by: 0.9)
        #expect(!schedule.isLookForStopDue())
        time.advance(by: 0.1)
        #expect(schedule.isLookForStopDue() && !schedule.isLookForStopDue())
    }

    @Test func theHoursOfARun() {
        let (limited, unlimited) = (schedule(hours: 1.5), schedule())
        time.advance(by: 5399)
        #expect(!limited.areHoursOver && !unlimited.areHoursOver)
        time.advance(by: 1)
        #expect(limited.areHoursOver && !unlimited.areHoursOver)
    }
}
