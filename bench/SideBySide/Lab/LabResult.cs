using PollIO.SideBySide.Contests;

namespace PollIO.SideBySide.Lab;

/// <summary>What the guest tells of one contest: <see cref="ContestResult"/> without the contest, which the host knows.</summary>
/// <param name="Title">The contest's title.</param>
/// <param name="Measurements">One list for each contestant.</param>
/// <param name="Reasons">Why a contestant has none, or fewer.</param>
internal sealed record LabResult(string Title, IReadOnlyList<IReadOnlyList<Measurement>> Measurements, IReadOnlyList<string?> Reasons);
