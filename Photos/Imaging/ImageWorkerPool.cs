using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Flickr.Photos.Imaging;

/// <summary>
/// A fixed number of worker processes, each with one job at a time; callers beyond that wait. A worker may crash, hang or
/// be killed without harm: the job is given to a new one once, and bytes on which two workers died are
/// refused from then on (<see cref="ImageRefusal.Undecodable"/>). Thread-safe.
/// </summary>
public sealed class ImageWorkerPool : IDisposable
{
    private const int FailuresMax = 2;

    private readonly ImagingOptions _options;
    private readonly PhotosMetrics _metrics;
    private readonly ILogger<ImageWorkerPool> _log;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places;
    private readonly ConcurrentStack<ImageWorkerProcess> _idle = new();
    private readonly PoisonList _poison;
    private readonly ConcurrentDictionary<int, ImageWorkerProcess> _busy = new();
    private volatile bool _isDisposed;

    public ImageWorkerPool(IOptions<ImagingOptions> options, PhotosFolders folders, PoisonList poison, PhotosMetrics metrics,
        ILogger<ImageWorkerPool> log, TimeProvider time)
    {
        _options = options.Value;
        _poison = poison;
        _metrics = metrics;
        _log = log;
        _time = time;
        WorkFolder = folders.Work;
        Size = _options.Workers > 0 ? _options.Workers : Environment.ProcessorCount;
        _places = new SemaphoreSlim(Size, Size);
    }

    /// <summary>How many jobs run at once.</summary>
    public int Size { get; }

    /// <summary>Where jobs keep their files; workers run in it.</summary>
    public string WorkFolder { get; }

    /// <summary>Process numbers of the workers that have a job now; for tests and for the operator.</summary>
    public IReadOnlyCollection<int> BusyProcesses => [.. _busy.Keys];

    /// <summary>Starts the workers ahead of the first job.</summary>
    public void Warm()
    {
        while (_idle.Count < Size)
        {
            _idle.Push(ImageWorkerProcess.Start(WorkFolder, _time));
        }
    }

    /// <summary>Header and embedded text of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="digest">SHA-256 of its content, under which failures are counted.</param>
    /// <param name="cancellationToken">Kills the worker that has the job.</param>
    public Task<ImageAnswer> InspectAsync(string path, string digest, CancellationToken cancellationToken) =>
        RunAsync(JobFor(path, null), digest, cancellationToken);

    /// <summary>As <see cref="InspectAsync"/>, and the variants as files in <paramref name="outputFolder"/>.</summary>
    public Task<ImageAnswer> MakeVariantsAsync(
        string path, string outputFolder, string digest, CancellationToken cancellationToken) =>
        RunAsync(JobFor(path, outputFolder), digest, cancellationToken);

    /// <summary>The variants in the second format, as files in <paramref name="outputFolder"/>.</summary>
    public Task<ImageAnswer> MakeSecondFormatAsync(
        string path, string outputFolder, string digest, CancellationToken cancellationToken) =>
        RunAsync(JobFor(path, outputFolder) with { WebpQuality = _options.WebpQuality }, digest, cancellationToken);

    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryPop(out var worker))
        {
            worker.Dispose();
        }
        foreach (var worker in _busy.Values)
        {
            worker.Dispose();
        }
    }

    private ImageJob JobFor(string path, string? outputFolder) => new(
        path,
        outputFolder,
        new ImageJobLimits(_options.PixelsMax, _options.HeavyPixelsMax, _options.SideMax, _options.PixelsPerByteMax,
            _options.FramesMax, (int)_options.JobTimeMax.TotalMilliseconds),
        _options.JpegQuality);

    private async Task<ImageAnswer> RunAsync(ImageJob job, string digest, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _poison.FailuresAsync(digest, cancellationToken) >= FailuresMax)
            {
                _metrics.ImagesRefused.Inc();
                return new ImageAnswer { Refusal = ImageRefusal.Undecodable };
            }
            await _places.WaitAsync(cancellationToken);
            try
            {
                if (await TryOnceAsync(job, cancellationToken) is { } answer)
                {
                    (answer.Refusal is null ? _metrics.ImagesDone : _metrics.ImagesRefused).Inc();
                    return answer;
                }
            }
            finally
            {
                _places.Release();
            }
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _metrics.WorkersLost.Inc();
            PhotosLog.WorkerLost(_log, digest);
            await _poison.AddAsync(digest, cancellationToken);
        }
    }

    private async Task<ImageAnswer?> TryOnceAsync(ImageJob job, CancellationToken cancellationToken)
    {
        var worker = Take();
        _busy[worker.ProcessId] = worker;
        var isKept = false;
        try
        {
            using var timing = _metrics.ImageSeconds.NewTimer();
            var answer = await worker.TryRunAsync(job, _options.JobTimeMax, _options.MemoryBytesMax, cancellationToken);
            isKept = answer is not null && worker.MemoryBytes < _options.RecycleBytes && worker.Jobs < _options.RecycleJobs;
            return answer;
        }
        finally
        {
            _busy.TryRemove(worker.ProcessId, out _);
            if (isKept && !_isDisposed)
            {
                _idle.Push(worker);
            }
            else
            {
                worker.Dispose();
            }
        }
    }

    private ImageWorkerProcess Take()
    {
        while (_idle.TryPop(out var worker))
        {
            if (worker.IsAlive)
            {
                return worker;
            }
            worker.Dispose();
        }
        return ImageWorkerProcess.Start(WorkFolder, _time);
    }
}
