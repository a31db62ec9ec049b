using Flickr.Photos;
using Flickr.Photos.Imaging;

return args is [ImageWorker.Argument] ? await ImageWorker.RunAsync() : await PhotosProgram.RunAsync(args);
