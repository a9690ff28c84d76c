import Glibc
import MPI

/// Prints what `info` prints about a rank.
func start(_ world: Communicator) throws {
    print("rank \(world.rank) of \(world.size) on \(try MPIEnvironment.processorName())")
    print(MPIEnvironment.libraryVersion)
}

/// Prints the cores of this rank, and their number.
func binding(_ world: Communicator) {
    let binding = CPUBinding.ofThisThread()
    print("\(binding.cores.count) cores: \(binding)")
}

/// A send to a rank that does not exist is an error of that call on this rank; the job goes on.
func invalidDestination(_ world: Communicator) throws {
    let sender = DroppingSender(recordSize: 8, to: world.size, tag: 1, on: world)
    do {
        _ = try sender.offer([1, 2, 3, 4, 5, 6, 7, 8])
        throw WrongAnswer(description: "a record left for rank \(world.size) of \(world.size)")
    } catch let error as MPIError {
        try require(error.routine, is: "MPI_Isend", "the routine", on: world)
        try require(error.rank, is: world.rank, "the rank of the error", on: world)
        print(error)
    }
    try sender.complete()
    try world.barrier()
}

/// A collective with an invalid root is an error of that call on this rank; the job goes on.
func invalidRoot(_ world: Communicator) throws {
    do {
        _ = try world.broadcast([], from: world.size)
        throw WrongAnswer(description: "a broadcast from rank \(world.size) of \(world.size)")
    } catch let error as MPIError {
        try require(error.routine, is: "MPI_Bcast", "the routine", on: world)
        print(error)
    }
}

/// The last rank ends the job while the others wait for it in a barrier.
func abortWhileOthersWait(_ world: Communicator) throws {
    if world.rank == world.size - 1 {
        usleep(200_000)
        print("rank \(world.rank) gives up", terminator: "")  // no newline: reaches the reader only if flushed
        MPIEnvironment.abort(code: 65)
    }
    try world.barrier()
    throw WrongAnswer(description: "rank \(world.rank) left a barrier that one rank never reached")
}
