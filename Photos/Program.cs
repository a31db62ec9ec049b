return await Flickr.Photos.PhotosProgram.RunAsync(args);
